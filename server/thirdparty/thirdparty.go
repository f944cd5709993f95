// Package thirdparty is the interface between the server and protocols that carry a
// user name and a password only, without a second step.
//
// Each protocol has a small package (basic, oauth). It makes an Attempt, calls the
// Checker and translates the result into its protocol. It does not use accounts,
// policies or the store.
package thirdparty

import (
	"context"
	"errors"
	"time"

	"nightlatch/server/api"
)

// The protocols, as api.Use names them (R83).
const (
	HTTPBasic = api.HTTPBasic
	OAuth     = api.OAuth
)

// Reasons of a refusal as api.InvalidCredentials, for a secret that only the owner can
// have.
const (
	Revoked      = "revoked"       // a temporary password that was revoked
	OtherService = "other_service" // a temporary password for another service (R83)
)

// An Attempt is one user name and secret that a client presented.
type Attempt struct {
	Username string
	Secret   string
	Protocol string // HTTPBasic, OAuth
	Client   string // as the client names itself
	Address  string // its IP address
}

// An Identity is the user that an accepted attempt authenticated.
type Identity struct {
	Account  string
	Username string // as its owner spells it
	// Credential identifies the secret, so that a token can be bound to it.
	Credential string
	// Until is when the secret expires; zero for the account password.
	Until time.Time
}

// A Checker checks an attempt by R75 and R80 to R85. It returns a *Refusal if it does
// not accept the attempt. Any other error means that it could not check it.
type Checker interface {
	Check(ctx context.Context, a Attempt) (Identity, error)
}

// A Refusal says why an attempt was not accepted.
type Refusal struct {
	// Code is api.InvalidCredentials, api.TemporaryPasswordRequired (R80),
	// api.TemporaryPasswordExpired (R85), api.BackupCodeNotAccepted (R75),
	// api.Throttled (R43) or api.Unavailable.
	Code    string
	Reason  string    // Revoked, OtherService or ""
	Rule    string    // "R80"
	RetryAt time.Time // throttled, unavailable: when to try again
	Texted  bool      // temporary_password_required: one was sent to the phone just now (R82)
	Off     bool      // two-factor is off, so no temporary password can be made (R80)
}

// Why returns the reason that the client gets with the code: Reason, or else
// the usual reason for this code.
func (r *Refusal) Why() string {
	switch {
	case r.Reason != "":
		return r.Reason
	case r.Code == api.Throttled:
		return "tries"
	case r.Code == api.Unavailable:
		return "busy"
	}
	return ""
}

func (r *Refusal) Error() string { return "thirdparty: " + r.Code }

// Refused returns the Refusal in err, or nil if there is none.
func Refused(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// Text says in English what happened, why, and what to do next, for protocols that
// carry a sentence. It is printable ASCII without quotes, as RFC 6749 §5.2 requires.
func (r *Refusal) Text() (title, detail string) {
	title, detail, next := r.text()
	if r.Off {
		next = "Two-factor authentication is off, so this program signs in with the account password."
	}
	return title, detail + " " + next
}

// text returns what happened, why, and what to do next while two-factor is on.
func (r *Refusal) text() (title, detail, next string) {
	switch r.Code {
	case api.TemporaryPasswordRequired:
		if r.Texted {
			return "A temporary password is needed",
				"Two-factor authentication is on, so this program cannot sign in with the account password.",
				"A temporary password was just sent to the phone of this account: use that one."
		}
		return "A temporary password is needed",
			"Two-factor authentication is on, so this program cannot sign in with the account password.",
			"Make a temporary password in Nightlatch under Two-factor authentication and use that one."
	case api.TemporaryPasswordExpired:
		return "This temporary password has expired",
			"It worked for a limited time.",
			"Make a new one in Nightlatch under Two-factor authentication."
	case api.BackupCodeNotAccepted:
		return "Backup codes do not work here",
			"A backup code signs in to Nightlatch itself only.",
			"For other programs make a temporary password under Two-factor authentication."
	case api.Throttled:
		return "Too many tries",
			"There were too many wrong tries in a row, so this one was not checked.",
			"Wait, then try again."
	case api.Unavailable:
		return "Busy",
			"The server is busy.",
			"Try again in a moment."
	}
	switch r.Reason {
	case Revoked:
		return "This temporary password was revoked",
			"It no longer works.",
			"Make a new one in Nightlatch under Two-factor authentication."
	case OtherService:
		return "This temporary password is for another service",
			"It was limited to one service when it was made.",
			"Make one for this service in Nightlatch under Two-factor authentication."
	}
	return "Wrong user name or password",
		"Check both.",
		"With two-factor authentication on, other programs need a temporary password."
}

// RetryAfter returns the whole seconds from now until at, rounded up and at least one,
// for the Retry-After field (RFC 9110 §10.2.3). It is 0 if at is zero.
func RetryAfter(at, now time.Time) int {
	if at.IsZero() {
		return 0
	}
	return max(1, int((at.Sub(now)+time.Second-1)/time.Second))
}
