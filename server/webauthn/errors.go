package webauthn

import (
	"errors"
	"fmt"
)

// Errors of FinishCreate and FinishGet.
var (
	ErrUnknownKey = errors.New("webauthn: the key has none of this account's credentials")
	ErrOtherRP    = errors.New("webauthn: the credential belongs to another relying party ID")
	ErrRefused    = errors.New("webauthn: response refused") // as a RefusedError
)

// A Reason says why a response was refused. It is for the audit log and for tests; users
// see only what to do.
type Reason string

// The reasons.
const (
	Malformed      Reason = "malformed"         // not a response to this kind of request
	OtherChallenge Reason = "challenge"         // a response to another request, perhaps replayed
	OtherOrigin    Reason = "origin"            // made for another origin, or in a cross-origin frame
	OtherRP        Reason = "rp_id"             // made for another relying party ID
	NoTouch        Reason = "user_presence"     // the key was not touched
	NotVerified    Reason = "user_verification" // no PIN or fingerprint, but the policy requires it
	BadSignature   Reason = "signature"         // or another failed step of the verification algorithm
	BadAttestation Reason = "attestation"       // an invalid statement, or an algorithm that was not offered
	BadPublicKey   Reason = "public_key"        // a public key that no correct authenticator creates
	FromLab        Reason = "lab"               // a virtual key of the lab, on a real server
	OtherFormat    Reason = "format"            // a statement format that USB and NFC keys do not use
)

// A RefusedError reports a response that did not pass verification.
type RefusedError struct {
	Reason Reason
	Err    error // the library's error, if any
}

func (e *RefusedError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("webauthn: response refused: %s: %v", e.Reason, e.Err)
	}
	return fmt.Sprintf("webauthn: response refused: %s", e.Reason)
}

// Is makes errors.Is(err, ErrRefused) true.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }

// Unwrap returns the library's error.
func (e *RefusedError) Unwrap() error { return e.Err }
