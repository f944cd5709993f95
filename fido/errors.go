package fido

import (
	"context"
	"errors"
	"fmt"
)

// What can go wrong between a person, a program and a key. Each is one row of
// the fault table of the design; the words a person reads belong to the screen.
var (
	ErrCancelled       = errors.New("fido: cancelled")
	ErrTimeout         = errors.New("fido: timed out")
	ErrRemoved         = errors.New("fido: security key removed")
	ErrInterrupted     = errors.New("fido: the conversation with the security key broke off")
	ErrAlreadyEnrolled = errors.New("fido: security key already enrolled")
	ErrNotEnrolled     = errors.New("fido: no credential of this account on this security key")
	ErrPINRequired     = errors.New("fido: PIN required")
	ErrWrongPIN        = errors.New("fido: wrong PIN")
	ErrPINBlocked      = errors.New("fido: PIN blocked until the security key is reset")
	ErrPINAuthBlocked  = errors.New("fido: PIN blocked until the security key is plugged in again")
	ErrPINNotSet       = errors.New("fido: the security key has no PIN")
	ErrPINPolicy       = errors.New("fido: the security key does not accept such a PIN")
	ErrNoVerification  = errors.New("fido: the security key cannot verify its user")
	ErrVerification    = errors.New("fido: the security key could not verify its user")
	ErrIncapable       = errors.New("fido: the security key cannot do what is asked")
	ErrNoSpace         = errors.New("fido: no space left on the security key")
	ErrBusy            = errors.New("fido: security key in use")
	ErrNoPermission    = errors.New("fido: no permission to open the security key")
	ErrNotKey          = errors.New("fido: not a security key")
	ErrDenied          = errors.New("fido: refused on the security key")
	ErrNotAllowed      = errors.New("fido: the security key does not allow this now")
	ErrAlgorithm       = errors.New("fido: the security key knows none of the wanted algorithms")
	ErrSeveral         = errors.New("fido: more than one security key")
	ErrOrigin          = errors.New("fido: relying party does not belong to the origin")
	ErrMalformed       = errors.New("fido: malformed options")
	ErrUntrusted       = errors.New("fido: the security key's answer does not verify")
	ErrUnsupported     = errors.New("fido: no security-key support in this build")
)

// ErrPINChange is an ErrPINPolicy: whoever handed the key out wants the PIN changed
// before it is used (CTAP section 6.4, forcePINChange).
var ErrPINChange = fmt.Errorf("%w: it has to be changed first", ErrPINPolicy)

// ErrNoKey is an ErrTimeout: no key was plugged in or laid on a reader.
var ErrNoKey = fmt.Errorf("%w: no security key came", ErrTimeout)

// What stands between a person and a key on an NFC reader.
var (
	ErrNoReaderService = errors.New("fido: the smart card service does not run")
	ErrReadersDenied   = errors.New("fido: no permission to use the smart card service")
	ErrNoReader        = errors.New("fido: no NFC reader")
	ErrNoCard          = errors.New("fido: nothing lies on the reader")
	ErrNotFIDOCard     = errors.New("fido: what lies on the reader is no security key")
	ErrCardPulled      = fmt.Errorf("%w: it was taken off the reader", ErrRemoved)

	// ErrTapAgain says that the key is to be lifted and held to the reader once more:
	// being held there counts as its user's presence for one command, and for two
	// minutes (CTAP section 5).
	ErrTapAgain = fmt.Errorf("%w: it is to be held to the reader again", ErrDenied)
)

// An AlreadyEnrolledError says which of the excluded credentials the key has. It
// is an ErrAlreadyEnrolled.
type AlreadyEnrolledError struct {
	CredentialID []byte // empty when the key did not tell
}

func (e *AlreadyEnrolledError) Error() string { return ErrAlreadyEnrolled.Error() }

// Is makes it an ErrAlreadyEnrolled.
func (e *AlreadyEnrolledError) Is(target error) bool { return target == ErrAlreadyEnrolled }

// A WrongPINError says how many tries are left. It is an ErrWrongPIN.
type WrongPINError struct {
	TriesLeft int
}

func (e *WrongPINError) Error() string {
	return fmt.Sprintf("%v, %d tries left", ErrWrongPIN, e.TriesLeft)
}

// Is makes it an ErrWrongPIN.
func (e *WrongPINError) Is(target error) bool { return target == ErrWrongPIN }

// A SeveralError lists the keys to choose from. It is an ErrSeveral.
type SeveralError struct {
	Devices []Device
}

func (e *SeveralError) Error() string {
	return fmt.Sprintf("%v: %d", ErrSeveral, len(e.Devices))
}

// Is makes it an ErrSeveral.
func (e *SeveralError) Is(target error) bool { return target == ErrSeveral }

// A MalformedError names the field of the options that cannot be used. It is an
// ErrMalformed.
type MalformedError struct {
	Field  string // "challenge", "user.id"
	Reason string
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("%v: %s: %s", ErrMalformed, e.Field, e.Reason)
}

// Is makes it an ErrMalformed.
func (e *MalformedError) Is(target error) bool { return target == ErrMalformed }

// An UntrustedError says what in a key's answer did not verify. It is an
// ErrUntrusted; such an answer never leaves the package.
type UntrustedError struct {
	Reason string
}

func (e *UntrustedError) Error() string {
	return fmt.Sprintf("%v: %s", ErrUntrusted, e.Reason)
}

// Is makes it an ErrUntrusted.
func (e *UntrustedError) Is(target error) bool { return target == ErrUntrusted }

func untrusted(format string, args ...any) error {
	return &UntrustedError{Reason: fmt.Sprintf(format, args...)}
}

// ContextError says in this package's errors why ctx ended: ErrTimeout for a deadline,
// ErrCancelled otherwise, nil if it has not ended. Back ends use it.
func ContextError(ctx context.Context) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return nil
	case errors.Is(cause, ErrTimeout), errors.Is(cause, context.DeadlineExceeded):
		return ErrTimeout
	default:
		return ErrCancelled
	}
}
