package fido

import (
	"context"
	"errors"
)

// openKey opens a device. What a key on a reader reports is told as what has become
// of it there.
func (c *Client) openKey(ctx context.Context, d Device) (Key, error) {
	key, err := c.open.Open(ctx, d.Path)
	if d.Transport != NFC {
		return key, err
	}
	if err != nil {
		return nil, lifted(err)
	}
	return card{key}, nil
}

// A card is a key on a reader.
type card struct{ Key }

// lifted tells of a key that is gone that it was pulled off its reader.
func lifted(err error) error {
	if errors.Is(err, ErrRemoved) && !errors.Is(err, ErrCardPulled) {
		return ErrCardPulled
	}
	return err
}

// tapped is lifted, for commands that take the user's presence. A key on a reader
// has no button that could be pressed, so it refuses when the tap is used up.
func tapped(err error) error {
	if errors.Is(err, ErrDenied) {
		return ErrTapAgain
	}
	return lifted(err)
}

func (k card) Info(ctx context.Context) (GetInfoResponse, error) {
	info, err := k.Key.Info(ctx)
	return info, lifted(err)
}

func (k card) PINTries(ctx context.Context) (int, error) {
	n, err := k.Key.PINTries(ctx)
	return n, lifted(err)
}

func (k card) MakeCredential(ctx context.Context, r CredentialRequest) (Attestation, error) {
	a, err := k.Key.MakeCredential(ctx, r)
	return a, tapped(err)
}

func (k card) Assert(ctx context.Context, r AssertionRequest) (Assertion, error) {
	a, err := k.Key.Assert(ctx, r)
	if r.Silent {
		return a, lifted(err)
	}
	return a, tapped(err)
}

func (k card) Select(ctx context.Context) error { return tapped(k.Key.Select(ctx)) }

func (k card) Reset(ctx context.Context) error { return tapped(k.Key.Reset(ctx)) }

func (k card) SetPIN(ctx context.Context, old, new string) error {
	return lifted(k.Key.SetPIN(ctx, old, new))
}

func (k card) Credentials(ctx context.Context, pin string) (CredentialList, error) {
	c, err := k.Key.Credentials(ctx, pin)
	return c, lifted(err)
}

func (k card) DeleteCredential(ctx context.Context, id []byte, pin string) error {
	return lifted(k.Key.DeleteCredential(ctx, id, pin))
}
