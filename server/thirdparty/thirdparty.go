// Package thirdparty is what every third-party protocol asks of the server:
// check this user and secret. A third-party client knows a user name and a
// password and nothing of second steps.
//
// One small package per protocol (basic, oauth) puts an Attempt together, asks
// the Checker, and says the verdict in the words of its protocol. None of them
// knows accounts, policies or the store.
package thirdparty

import (
	"context"
	"errors"
	"time"

	"nightlatch/server/api"
)

// The protocols, as api.Use names them (R83).
const (
	HTTPBasic = "http-basic"
	OAuth     = "oauth"
)

// An Attempt is one user name and secret that a client presented.
type Attempt struct {
	Username string
	Secret   string
	Protocol string // HTTPBasic, OAuth
	Client   string // as the client names itself
	Address  string // where it is
}

// An Identity is who an accepted attempt speaks for.
type Identity struct {
	Account  string
	Username string // as its owner spells it
	// Credential names what was presented, so that a token can be tied to it.
	Credential string
	// Until is when what was presented stops working; zero for the ordinary
	// password.
	Until time.Time
}

// A Checker decides an attempt by R75 and R80 to R85. Whatever it refuses is a
// *Refusal; any other error means that the attempt was not decided.
type Checker interface {
	Check(ctx context.Context, a Attempt) (Identity, error)
}

// A Refusal says why an attempt was not accepted.
type Refusal struct {
	// Code is api.InvalidCredentials, api.TemporaryPasswordRequired (R80),
	// api.TemporaryPasswordExpired (R85), api.BackupCodeNotAccepted (R75),
	// api.Throttled (R43) or api.Unavailable.
	Code    string
	Rule    string    // "R80"
	RetryAt time.Time // throttled, unavailable: when to try again
	Texted  bool      // temporary_password_required: one was sent to the phone just now (R82)
}

func (r *Refusal) Error() string { return "thirdparty: " + r.Code }

// Refused returns err's refusal, or nil if it is another kind of error.
func Refused(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// Words says in plain English what happened, why, and what to do next, for
// protocols that carry a sentence. It is printable ASCII without quotes, as RFC
// 6749 §5.2 wants a description to be.
func (r *Refusal) Words() (title, detail string) {
	switch r.Code {
	case api.TemporaryPasswordRequired:
		if r.Texted {
			return "A temporary password is needed",
				"Two-factor authentication is on, so this program cannot sign in with the ordinary password. " +
					"A temporary password was sent to the phone of this account just now: use that one."
		}
		return "A temporary password is needed",
			"Two-factor authentication is on, so this program cannot sign in with the ordinary password. " +
				"Make a temporary password in Nightlatch under Two-factor authentication and use that one."
	case api.TemporaryPasswordExpired:
		return "This temporary password has expired",
			"A temporary password works for one hour. Make a new one in Nightlatch under Two-factor authentication."
	case api.BackupCodeNotAccepted:
		return "Backup codes do not work here",
			"A backup code signs in to Nightlatch itself only. " +
				"For other programs make a temporary password under Two-factor authentication."
	case api.Throttled:
		return "Too many tries",
			"There were too many wrong tries in a row, so this one was not looked at. Wait, then try again."
	case api.Unavailable:
		return "Busy",
			"The server has too much to do right now. Try again in a moment."
	}
	return "Wrong user name or password",
		"Check both. With two-factor authentication on, other programs need a temporary password."
}

// RetryAfter returns the seconds to wait until r.RetryAt, at least one, as the
// Retry-After field has them (RFC 9110 §10.2.3); 0 where there is no such time.
func (r *Refusal) RetryAfter(now time.Time) int {
	if r.RetryAt.IsZero() {
		return 0
	}
	return max(1, int((r.RetryAt.Sub(now)+time.Second-1)/time.Second))
}
