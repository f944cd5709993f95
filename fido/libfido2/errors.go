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
	presenceRequired status = -8   // a U2F key has the credential
	keepaliveCancel  status = 0x2d // the key obeyed a cancel

	// The key's answer does not follow the standard.
	notCBOR     status = -3
	invalidCBOR status = -4
	internal    status = -9
)

// codes maps status codes with a specific meaning to fido's errors. All other
// codes are AnswerErrors. What a code means for the user can depend on the
// request; package fido decides that.
var codes = map[status]error{
	0x01:            fido.ErrIncapable, // invalid command
	0x05:            fido.ErrTimeout,
	0x06:            fido.ErrBusy,      // channel busy
	0x0a:            fido.ErrBusy,      // lock required
	0x15:            fido.ErrTooLarge,  // limit exceeded
	0x16:            fido.ErrIncapable, // unsupported extension
	0x17:            fido.ErrNoSpace,   // fingerprints
	0x18:            fido.ErrNoSpace,   // large blobs
	0x19:            &fido.AlreadyEnrolledError{},
	0x21:            fido.ErrBusy, // processing
	0x22:            fido.ErrNotEnrolled,
	0x23:            fido.ErrBusy, // another request waits for the user
	0x24:            fido.ErrBusy, // another operation is pending
	0x26:            fido.ErrAlgorithm,
	0x27:            fido.ErrDenied,
	0x28:            fido.ErrNoSpace,
	0x2b:            fido.ErrIncapable,
	0x2c:            fido.ErrIncapable,
	keepaliveCancel: fido.ErrCancelled,
	0x2e:            fido.ErrNotEnrolled,
	0x2f:            fido.ErrTimeout, // no user action
	0x30:            fido.ErrNotAllowed,
	0x31:            fido.ErrWrongPIN,
	0x32:            fido.ErrPINBlocked,
	0x33:            fido.ErrPINAuth,
	0x34:            fido.ErrPINAuthBlocked,
	0x35:            fido.ErrPINNotSet,
	0x36:            fido.ErrPINRequired,
	0x37:            fido.ErrPINPolicy,
	0x38:            fido.ErrVerification, // the token of the PIN has expired
	0x39:            fido.ErrTooLarge,
	0x3a:            fido.ErrTimeout,
	0x3b:            fido.ErrDenied, // it does not answer without a touch
	0x3c:            fido.ErrVerification,
	0x3e:            fido.ErrIncapable, // invalid subcommand
	0x3f:            fido.ErrVerification,
	0x40:            fido.ErrNoVerification, // the PIN does not permit this
}

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
	case errors.Is(ended, fido.ErrCancelled):
		return ended
	case ended != nil && s == keepaliveCancel:
		return ended // the key obeyed our cancel at the deadline
	}
	if to, ok := codes[s]; coded && ok {
		return to
	}
	if coded && s > 0 && s <= 0xff {
		return fmt.Errorf("libfido2: %w", &fido.AnswerError{Code: byte(s)})
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
