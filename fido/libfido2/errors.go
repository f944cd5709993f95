//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido"
)

// A status is an error code of a libfido2 function: a CTAP status code (CTAP section
// 8.2), or a negative code of libfido2.
type status int

func (s status) Error() string { return fmt.Sprintf("libfido2: code %#x", int(s)) }

// Codes that need special handling.
const (
	presenceRequired status = -8 // a U2F key has the credential

	// The key's answer does not follow the standard.
	notCBOR     status = -3
	invalidCBOR status = -4
	internal    status = -9
)

// translate turns the error of a call into one of fido's. opened reports whether the
// key was open. If ctx has ended, that is the reason: a call that was interrupted
// returns an arbitrary error.
func (k *key) translate(ctx context.Context, err error, opened bool) error {
	var s status
	coded := errors.As(err, &s)
	ended := fido.ContextError(ctx)
	switch {
	case err == nil, s == presenceRequired:
		return err
	case coded && s > 0 && s <= 0xff:
		return fido.StatusError(ctx, byte(s))
	case errors.Is(ended, fido.ErrCancelled):
		return ended
	}
	// The error is not from the key: it was removed, another program has it, or the
	// connection was lost.
	switch {
	case errors.Is(err, fido.ErrUntrusted):
		return err
	case (errors.Is(err, fido.ErrSilent) || errors.Is(err, fido.ErrBusy)) && !k.watch.gone(): // returned by greet
		return err
	case k.watch.gone():
		return fido.ErrRemoved
	case !opened && k.watch.locked():
		return fido.ErrBusy
	case ended != nil:
		return ended
	}
	if s == notCBOR || s == invalidCBOR || s == internal {
		return fmt.Errorf("libfido2: %w: %w", &fido.AnswerError{}, err)
	}
	return fmt.Errorf("%w: %v", fido.ErrInterrupted, err)
}

// unwrap decodes the CBOR byte string in which libfido2 returns authenticator data.
func unwrap(wrapped []byte) ([]byte, error) {
	var raw []byte
	if err := cbor.Unmarshal(wrapped, &raw); err != nil {
		return nil, &fido.UntrustedError{Reason: "authenticator data is no CBOR byte string"}
	}
	return raw, nil
}
