package fido

import (
	"context"
	"errors"
	"fmt"
)

// The errors of a ceremony. The window and the terminal commands have texts for them.
var (
	ErrCancelled       = errors.New("fido: cancelled")
	ErrTimeout         = errors.New("fido: timed out")
	ErrRemoved         = errors.New("fido: security key removed")
	ErrInterrupted     = errors.New("fido: the connection to the security key was lost")
	ErrAlreadyEnrolled = errors.New("fido: security key already enrolled")
	ErrNotEnrolled     = errors.New("fido: no credential of this account on this security key")
	ErrPINRequired     = errors.New("fido: PIN required")
	ErrWrongPIN        = errors.New("fido: wrong PIN")
	ErrPINBlocked      = errors.New("fido: PIN blocked until the security key is reset")
	ErrPINAuthBlocked  = errors.New("fido: PIN blocked until the security key is plugged in again")
	ErrPINNotSet       = errors.New("fido: the security key has no PIN")
	ErrPINPolicy       = errors.New("fido: the security key does not accept this PIN")
	ErrNoVerification  = errors.New("fido: the security key cannot verify its user")
	ErrVerification    = errors.New("fido: the security key could not verify its user")
	ErrIncapable       = errors.New("fido: the security key does not support this")
	ErrNoSpace         = errors.New("fido: no space left on the security key")
	ErrBusy            = errors.New("fido: security key in use")
	ErrNoPermission    = errors.New("fido: no permission to open the security key")
	ErrNotKey          = errors.New("fido: not a security key")
	ErrDenied          = errors.New("fido: the user declined on the security key")
	ErrNotAllowed      = errors.New("fido: the security key does not allow this now")
	ErrAlgorithm       = errors.New("fido: the security key supports none of the requested algorithms")
	ErrSeveral         = errors.New("fido: more than one security key")
	ErrOrigin          = errors.New("fido: relying party does not belong to the origin")
	ErrMalformed       = errors.New("fido: malformed options")
	ErrUntrusted       = errors.New("fido: the security key's answer does not verify")
	ErrUnsupported     = errors.New("fido: no security-key support in this build")
	ErrSilent          = errors.New("fido: the security key does not answer")        // as a SilentError
	ErrAnswer          = errors.New("fido: the security key answered with an error") // as an AnswerError
	ErrTooLarge        = errors.New("fido: the request is too large for the security key")
	ErrPINAuth         = errors.New("fido: the security key did not accept the proof of the PIN")
)

// ErrUnconfirmed wraps ErrTimeout and ErrDenied: the user did not touch the key in time, or
// declined on the key. Both are CTAP2_ERR_OPERATION_DENIED on many keys.
var ErrUnconfirmed = fmt.Errorf("%w, or %w", ErrTimeout, ErrDenied)

// Errors of a new PIN that this package refuses without sending it to the key.
// Both wrap ErrPINPolicy.
var (
	ErrPINLength = fmt.Errorf("%w: it is too short or too long", ErrPINPolicy)
	ErrPINSame   = fmt.Errorf("%w: it is the present one, which must be changed", ErrPINPolicy)
)

// ErrPINChange wraps ErrPINPolicy: the PIN must be changed before it can be used
// (CTAP section 6.4, forcePINChange).
var ErrPINChange = fmt.Errorf("%w: it must be changed first", ErrPINPolicy)

// ErrNoKey wraps ErrTimeout: no key was plugged in or put on a reader.
var ErrNoKey = fmt.Errorf("%w: no security key was inserted", ErrTimeout)

// The errors of keys on an NFC reader.
var (
	ErrNoReaderService     = errors.New("fido: the smart card service is not running")
	ErrReaderServiceSilent = errors.New("fido: the smart card service does not answer")
	ErrReadersDenied       = errors.New("fido: no permission to use the smart card service")
	ErrNoReader            = errors.New("fido: no NFC reader")
	ErrNoCard              = errors.New("fido: there is no card on the reader")
	ErrNotFIDOCard         = errors.New("fido: the card on the reader is not a security key")
	ErrCardPulled          = fmt.Errorf("%w: it was taken off the reader", ErrRemoved)

	// ErrTapAgain means that the user must lift the key and hold it to the reader
	// again. A tap counts as user presence for one command, within two minutes (CTAP
	// section 5).
	ErrTapAgain = fmt.Errorf("%w: it must be held to the reader again", ErrDenied)
)

// An AlreadyEnrolledError names the excluded credential that the key has.
// errors.Is(err, ErrAlreadyEnrolled) is true.
type AlreadyEnrolledError struct {
	CredentialID []byte // empty if unknown
}

func (e *AlreadyEnrolledError) Error() string { return ErrAlreadyEnrolled.Error() }

// Is reports whether target is ErrAlreadyEnrolled.
func (e *AlreadyEnrolledError) Is(target error) bool { return target == ErrAlreadyEnrolled }

// A WrongPINError reports how many tries are left. errors.Is(err, ErrWrongPIN) is
// true.
type WrongPINError struct {
	TriesLeft int
}

func (e *WrongPINError) Error() string {
	return fmt.Sprintf("%v, %d tries left", ErrWrongPIN, e.TriesLeft)
}

// Is reports whether target is ErrWrongPIN.
func (e *WrongPINError) Is(target error) bool { return target == ErrWrongPIN }

// A SeveralError lists the keys to choose from. errors.Is(err, ErrSeveral) is true.
type SeveralError struct {
	Devices []Device
}

func (e *SeveralError) Error() string {
	return fmt.Sprintf("%v: %d", ErrSeveral, len(e.Devices))
}

// Is reports whether target is ErrSeveral.
func (e *SeveralError) Is(target error) bool { return target == ErrSeveral }

// A MalformedError names the invalid field of the options.
// errors.Is(err, ErrMalformed) is true.
type MalformedError struct {
	Field  string // "challenge", "user.id"
	Reason string
}

func (e *MalformedError) Error() string {
	return fmt.Sprintf("%v: %s: %s", ErrMalformed, e.Field, e.Reason)
}

// Is reports whether target is ErrMalformed.
func (e *MalformedError) Is(target error) bool { return target == ErrMalformed }

// An UntrustedError reports what in a key's answer did not verify. Such an answer
// never leaves the package. errors.Is(err, ErrUntrusted) is true.
type UntrustedError struct {
	Reason string
}

func (e *UntrustedError) Error() string {
	return fmt.Sprintf("%v: %s", ErrUntrusted, e.Reason)
}

// Is reports whether target is ErrUntrusted.
func (e *UntrustedError) Is(target error) bool { return target == ErrUntrusted }

// A Phase is the last request to a security key.
type Phase string

// The phases, in the order of a ceremony. Each has its own time limit.
const (
	PhaseInit    Phase = "init"    // a channel (CTAP section 11.2.9.1.3)
	PhaseInfo    Phase = "info"    // its capabilities
	PhaseAsk     Phase = "ask"     // anything else that needs no user
	PhasePIN     Phase = "pin"     // the PIN, or its counter
	PhaseTouched Phase = "touched" // a request that waits for a touch
)

// A SilentError reports a key that did not answer, with the phase.
// errors.Is(err, ErrSilent) is true. In PhaseTouched it is an ErrTimeout as
// well, because a touch might have made the key answer.
type SilentError struct {
	Phase Phase
}

func (e *SilentError) Error() string { return fmt.Sprintf("%v (%s)", ErrSilent, e.Phase) }

// Is reports whether target is ErrSilent, or a SilentError of the same phase.
func (e *SilentError) Is(target error) bool {
	if same, ok := target.(*SilentError); ok {
		return same.Phase == e.Phase
	}
	return target == ErrSilent || target == ErrTimeout && e.Phase == PhaseTouched
}

// An AnswerError reports a status code that does not reveal the cause.
// errors.Is(err, ErrAnswer) is true.
type AnswerError struct {
	Code byte // CTAP section 8.2; 0 for an answer that could not be read
}

func (e *AnswerError) Error() string { return fmt.Sprintf("%v %#02x", ErrAnswer, e.Code) }

// Is reports whether target is ErrAnswer.
func (e *AnswerError) Is(target error) bool { return target == ErrAnswer }

// A deviceError is an error with the key that it concerns.
type deviceError struct {
	device Device
	err    error
}

func (e *deviceError) Error() string { return e.err.Error() }
func (e *deviceError) Unwrap() error { return e.err }

// OnDevice adds the key that an error concerns.
func OnDevice(d Device, err error) error {
	if err == nil {
		return nil
	}
	return &deviceError{device: d, err: err}
}

// DeviceOf returns the key that an error of a ceremony concerns. The message
// for the user depends on whether the key is plugged in or on a reader.
func DeviceOf(err error) (d Device, ok bool) {
	var about *deviceError
	if !errors.As(err, &about) {
		return Device{}, false
	}
	return about.device, true
}

func untrusted(format string, args ...any) error {
	return &UntrustedError{Reason: fmt.Sprintf(format, args...)}
}

// ContextError returns ErrTimeout if ctx's deadline has passed, ErrSilent if
// that deadline was for an answer that needs no user, ErrCancelled if ctx was
// cancelled, and nil if ctx has not ended. Back ends use it.
func ContextError(ctx context.Context) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return nil
	case errors.Is(cause, ErrSilent):
		return ErrSilent
	case errors.Is(cause, ErrTimeout), errors.Is(cause, context.DeadlineExceeded):
		return ErrTimeout
	default:
		return ErrCancelled
	}
}
