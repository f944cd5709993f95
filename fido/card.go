package fido

import (
	"context"
	"errors"
)

// openKey opens a device. Errors of a key on a reader are translated: a removed key
// is a card pulled off the reader.
func (c *Client) openKey(ctx context.Context, d Device) (Key, error) {
	key, err := c.open.Open(ctx, d.Path)
	if d.Transport != NFC {
		return key, err
	}
	if err != nil {
		return nil, asPulled(err)
	}
	return card{key}, nil
}

// A card is a key on a reader.
type card struct{ Key }

// asPulled turns ErrRemoved into ErrCardPulled.
func asPulled(err error) error {
	if errors.Is(err, ErrRemoved) && !errors.Is(err, ErrCardPulled) {
		return ErrCardPulled
	}
	return err
}

// asTapAgain is asPulled for commands that need user presence. A key on a reader has no
// button: it denies the command when an earlier one has used up the tap.
func asTapAgain(err error) error {
	if errors.Is(err, ErrDenied) {
		return ErrTapAgain
	}
	return asPulled(err)
}

func (k card) Info(ctx context.Context) (GetInfoResponse, error) {
	info, err := k.Key.Info(ctx)
	return info, asPulled(err)
}

func (k card) PINTries(ctx context.Context) (int, error) {
	n, err := k.Key.PINTries(ctx)
	return n, asPulled(err)
}

func (k card) MakeCredential(ctx context.Context, r CredentialRequest) (Attestation, error) {
	a, err := k.Key.MakeCredential(ctx, r)
	return a, asTapAgain(err)
}

func (k card) Assert(ctx context.Context, r AssertionRequest) (Assertion, error) {
	a, err := k.Key.Assert(ctx, r)
	if r.Silent {
		return a, asPulled(err)
	}
	return a, asTapAgain(err)
}

func (k card) Select(ctx context.Context) error { return asTapAgain(k.Key.Select(ctx)) }

func (k card) Reset(ctx context.Context) error { return asTapAgain(k.Key.Reset(ctx)) }

func (k card) SetPIN(ctx context.Context, old, new string) error {
	return asPulled(k.Key.SetPIN(ctx, old, new))
}

func (k card) Credentials(ctx context.Context, pin string) (CredentialList, error) {
	c, err := k.Key.Credentials(ctx, pin)
	return c, asPulled(err)
}

func (k card) DeleteCredential(ctx context.Context, id []byte, pin string) error {
	return asPulled(k.Key.DeleteCredential(ctx, id, pin))
}
