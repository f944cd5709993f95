//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
)

// translations turns go-libfido2's sentinels into fido's.
var translations = []struct{ from, to error }{
	{golib.ErrActionTimeout, fido.ErrTimeout},
	{golib.ErrKeepaliveCancel, fido.ErrCancelled},
	{golib.ErrPinInvalid, fido.ErrWrongPIN},
	{golib.ErrPinAuthBlocked, fido.ErrPINAuthBlocked},
	{golib.ErrPinNotSet, fido.ErrPINNotSet},
	{golib.ErrPinRequired, fido.ErrPINRequired},
	{golib.ErrPinPolicyViolation, fido.ErrPINPolicy},
	{golib.ErrNoCredentials, fido.ErrNotEnrolled},
	{golib.ErrInvalidCredential, fido.ErrNotEnrolled},
	{golib.ErrUnsupportedOption, fido.ErrIncapable},
	{golib.ErrInvalidOption, fido.ErrIncapable},
	{golib.ErrInvalidCommand, fido.ErrIncapable},
	{golib.ErrOperationDenied, fido.ErrDenied},
	{golib.ErrNotAllowed, fido.ErrNotAllowed},
}

// codes turns the CTAP status codes that go-libfido2 has no sentinel for (CTAP
// section 8.2) into fido's errors.
var codes = map[int]error{
	0x19: &fido.AlreadyEnrolledError{},
	0x26: fido.ErrAlgorithm,
	0x28: fido.ErrNoSpace,
	0x2f: fido.ErrTimeout,
	0x32: fido.ErrPINBlocked,
	0x33: fido.ErrVerification,
	0x3c: fido.ErrVerification,
	0x3f: fido.ErrVerification,
}

// translate says in fido's errors why a call failed. The end of ctx comes first,
// since a call that was cut off reports whatever it was doing.
func (k *key) translate(ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, golib.ErrNotFIDO2), errors.Is(err, golib.ErrUserPresenceRequired):
		return err
	case errors.Is(fido.Ended(ctx), fido.ErrCancelled):
		return fido.ErrCancelled
	case fido.Ended(ctx) != nil && errors.Is(err, golib.ErrKeepaliveCancel):
		return fido.Ended(ctx) // the key obeyed our cancel at the deadline
	}
	for _, t := range translations {
		if errors.Is(err, t.from) {
			return t.to
		}
	}
	var code golib.Error
	if errors.As(err, &code) {
		if to, ok := codes[code.Code]; ok {
			return to
		}
	}
	// Nothing the key said: it is gone, another program has it, or it broke off.
	switch {
	case k.watch.gone():
		return fido.ErrRemoved
	case k.watch.locked():
		return fido.ErrBusy
	case fido.Ended(ctx) != nil:
		return fido.Ended(ctx)
	}
	return fmt.Errorf("%w: %v", fido.ErrInterrupted, err)
}

// unwrap takes authenticator data out of the CBOR byte string in which libfido2
// hands it over.
func unwrap(wrapped []byte) ([]byte, error) {
	var raw []byte
	if err := cbor.Unmarshal(wrapped, &raw); err != nil {
		return nil, &fido.UntrustedError{Reason: "authenticator data is no CBOR byte string"}
	}
	return raw, nil
}
