package webauthn

import (
	"errors"
	"fmt"
)

// What finishing a ceremony can answer.
var (
	ErrUnknownKey = errors.New("webauthn: the key holds none of this account's credentials")
	ErrOtherRP    = errors.New("webauthn: the credential belongs to another relying party ID")
	ErrRefused    = errors.New("webauthn: response refused") // RefusedError says why
)

// A Reason says why a response was refused. It is for the audit and for tests;
// a person is told only what to do.
type Reason string

// The reasons.
const (
	Malformed      Reason = "malformed"         // not a response to that kind of request
	OtherChallenge Reason = "challenge"         // answers another request: replayed or mixed up
	OtherOrigin    Reason = "origin"            // made for another page, or in a frame of one
	OtherRP        Reason = "rp_id"             // made for another relying party ID
	NoTouch        Reason = "user_presence"     // nobody touched the key
	NotVerified    Reason = "user_verification" // no PIN or fingerprint, where the policy wants it
	BadSignature   Reason = "signature"         // or anything else of the verification algorithm
	BadAttestation Reason = "attestation"       // a statement that is not valid, or an algorithm not offered
	FromLab        Reason = "lab"               // a virtual key of the lab, on a server that is none
	OtherFormat    Reason = "format"            // a statement that no USB or NFC key makes
)

// A RefusedError reports a response that did not pass verification.
type RefusedError struct {
	Reason Reason
	Err    error // the library's words, if any
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
