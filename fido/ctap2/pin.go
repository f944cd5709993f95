package ctap2

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// pinRequest is the input of authenticatorClientPIN (CTAP section 6.5.5).
type pinRequest struct {
	Protocol    int          `cbor:"1,keyasint,omitempty"`
	Subcommand  int          `cbor:"2,keyasint"`
	Agreement   *wire.EC2Key `cbor:"3,keyasint,omitempty"`
	Auth        []byte       `cbor:"4,keyasint,omitempty"`
	NewPIN      []byte       `cbor:"5,keyasint,omitempty"`
	PINHash     []byte       `cbor:"6,keyasint,omitempty"`
	Permissions byte         `cbor:"9,keyasint,omitempty"`
	RPID        string       `cbor:"10,keyasint,omitempty"`
}

// pinAnswer is the answer of authenticatorClientPIN.
type pinAnswer struct {
	Agreement *wire.EC2Key `cbor:"1,keyasint"`
	Token     []byte       `cbor:"2,keyasint"`
	Tries     *uint32      `cbor:"3,keyasint"`
}

// PINTries returns how many wrong PINs the key still accepts.
func (k *key) PINTries(ctx context.Context) (int, error) {
	if k.u2f != nil {
		return 0, fido.ErrIncapable
	}
	var a pinAnswer
	if err := k.command(ctx, wire.ClientPIN, pinRequest{Protocol: 1, Subcommand: wire.PINRetries}, &a); err != nil {
		return 0, err
	}
	if a.Tries == nil {
		return 0, &fido.AnswerError{}
	}
	return int(*a.Tries), nil
}

// SetPIN changes the PIN, or sets the first one if old is empty.
func (k *key) SetPIN(ctx context.Context, old, new string) error {
	if k.u2f != nil {
		return fido.ErrIncapable
	}
	if len(new) > wire.PINSize-1 {
		return fido.ErrPINPolicy
	}
	shared, r, err := k.agree(ctx)
	if err != nil {
		return err
	}
	defer shared.Wipe()
	padded := make([]byte, wire.PINSize)
	defer clear(padded)
	copy(padded, new)
	if r.NewPIN, err = shared.Encrypt(padded); err != nil {
		return err
	}
	r.Subcommand = wire.PINSet
	if old != "" {
		r.Subcommand = wire.PINChange
		if r.PINHash, err = hashPIN(shared, old); err != nil {
			return err
		}
	}
	r.Auth = shared.Authenticate(slices.Concat(r.NewPIN, r.PINHash))
	k.info = nil // it tells whether there is a PIN
	return k.command(ctx, wire.ClientPIN, r, nil)
}

// agree agrees on a shared secret with the key. The request has the protocol, and this
// side's public key.
func (k *key) agree(ctx context.Context) (wire.Secret, pinRequest, error) {
	var none wire.Secret
	in, err := k.known(ctx)
	if err != nil {
		return none, pinRequest{}, err
	}
	r := pinRequest{Subcommand: wire.PINAgreement}
	switch {
	case slices.Contains(in.PINProtocols, 2):
		r.Protocol = 2
	case slices.Contains(in.PINProtocols, 1):
		r.Protocol = 1
	default:
		return none, pinRequest{}, fido.ErrIncapable
	}
	var a pinAnswer
	if err := k.command(ctx, wire.ClientPIN, r, &a); err != nil {
		return none, pinRequest{}, err
	}
	own, err := wire.NewAgreement(r.Protocol)
	if err != nil {
		return none, pinRequest{}, err
	}
	if a.Agreement == nil {
		return none, pinRequest{}, &fido.AnswerError{}
	}
	shared, err := own.Agree(*a.Agreement)
	if err != nil {
		return none, pinRequest{}, fmt.Errorf("ctap2: %w: %w", &fido.AnswerError{}, err)
	}
	public := own.Public()
	r.Agreement = &public
	return shared, r, nil
}

// hashPIN encrypts the hash that proves a PIN.
func hashPIN(shared wire.Secret, pin string) ([]byte, error) {
	raw := []byte(pin)
	sum := sha256.Sum256(raw)
	defer clear(sum[:])
	defer clear(raw)
	return shared.Encrypt(sum[:wire.PINHashSize])
}

// A token is a pinUvAuthToken: it shows the key that its user was verified.
type token struct {
	protocol int
	value    []byte
}

// token asks the key for a token, with the PIN or, if that is empty, with its sensor,
// which waits for a touch. rpID is "" if the permission concerns no relying party.
func (k *key) token(ctx context.Context, permission byte, rpID, pin string) (token, error) {
	shared, r, err := k.agree(ctx)
	if err != nil {
		return token{}, err
	}
	defer shared.Wipe()
	r.Subcommand = wire.PINToken
	if k.info.permits() {
		r.Subcommand, r.Permissions, r.RPID = wire.PINTokenPerm, permission, rpID
	}
	switch {
	case pin != "":
		if r.PINHash, err = hashPIN(shared, pin); err != nil {
			return token{}, err
		}
	case k.info.permits() && k.info.Options["uv"]:
		r.Subcommand = wire.PINTokenUV
	default:
		return token{}, fido.ErrPINRequired
	}
	var a pinAnswer
	if err := k.command(ctx, wire.ClientPIN, r, &a); err != nil {
		return token{}, err
	}
	value, err := shared.Decrypt(a.Token)
	if err != nil {
		return token{}, fmt.Errorf("ctap2: %w: %w", &fido.AnswerError{}, err)
	}
	return token{protocol: r.Protocol, value: value}, nil
}

// sign computes a pinUvAuthParam over a message.
func (t token) sign(message []byte) []byte { return wire.Authenticate(t.protocol, t.value, message) }

func (t token) wipe() { clear(t.value) }
