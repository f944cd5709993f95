package proof

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/throttle"
)

// A CheckedPassword is a password input with the result of comparing it with one hash.
type CheckedPassword struct {
	api.Password
	phc string // the hash it was compared with
	ok  bool
}

// SlowPassword compares a password with the account's hash, outside any transaction. It
// is the Slow of every enter-password edge.
func (k *Checker) SlowPassword(ctx context.Context, c ceremony.Ceremony, in api.Password) (api.Input, error) {
	password, err := Password(in.Password)
	if err != nil {
		return nil, err
	}
	var phc string
	err = k.Store.View(ctx, func(tx store.Tx) error {
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return err
		}
		phc = a.Password
		return Allow(tx, k.Counts.Session(a.ID, c.Session))
	})
	if err != nil {
		return nil, err
	}
	ok, err := k.Hasher.Verify(ctx, phc, password)
	if err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	return CheckedPassword{Password: in, phc: phc, ok: ok}, nil
}

// IsTemporary reports whether a secret is a valid or ended temporary password of an account.
// First-party clients do not accept it (R84), but it does not count as a guess of the password
// (R43). The ID is "" for an unknown user name; the lookup takes the same time.
func (k *Checker) IsTemporary(tx store.Tx, accountID, secret string) (bool, error) {
	_, outcome, err := temppassword.Lookup(tx, k.Sealer, accountID, secret)
	if err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	return outcome != temppassword.Unknown, nil
}

// Password normalises a password for comparison: NFC (R0). It returns a Rejection for a
// password that no account can have.
func Password(s string) (string, error) {
	if s == "" {
		return "", ceremony.Reject(ceremony.Missing("password", "The password is missing. Type it, then go on."))
	}
	password, err := account.NormalizePassword(s)
	if err != nil {
		return "", ceremony.Reject(ceremony.Malformed("password",
			"It is too long or has control characters, so it can't be right. Type it by hand instead of pasting it."))
	}
	return password, nil
}

// Password examines a checked password in a session. If it is right, the session counts
// as recently authenticated (R3, R6), and a lock of the account ends (R43). If it is wrong,
// the failure is counted and the input refused.
func (k *Checker) Password(tx store.Tx, c *ceremony.Ceremony, in CheckedPassword) (right bool, err error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return false, err
	}
	if a.Password != in.phc {
		return false, ceremony.ErrAgain
	}
	session := k.Counts.Session(a.ID, c.Session)
	if err := Allow(tx, session); err != nil {
		return false, err
	}
	if !in.ok {
		switch temporary, err := k.IsTemporary(tx, a.ID, in.Password.Password); {
		case err != nil:
			return false, err
		case temporary:
			c.Refuse(ceremony.Refuse(ceremony.TemporaryHere))
			return false, nil
		}
		return false, k.wrongInSession(tx, c, a, session)
	}
	if err := session.Clear(tx); err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	if err := k.Succeed(tx, c, a, throttle.InSession); err != nil {
		return false, err
	}
	reopened, err := k.Counts.Reopen(tx, a.ID)
	if err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	if reopened {
		k.Announce(tx, c, a, audit.Event{Type: api.EventUnlocked, Rule: "R43"})
	}
	if err := k.Sessions.MarkReauthenticated(tx, c.Account, c.Session); err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	c.Record(audit.Event{Type: api.EventPasswordProved, Rule: "R3"})
	return true, nil
}

// wrongInSession counts a wrong password in a session. The session has a separate count, so
// that strangers cannot keep its user from proving the password. The failure also counts with
// those of sign-ins, so that a stolen session gives no more guesses. A session with too many
// failures ends.
func (k *Checker) wrongInSession(tx store.Tx, c *ceremony.Ceremony, a *account.Account, session throttle.Count) error {
	failures, err := session.Fail(tx, throttle.InSession)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	all, err := k.Count(tx, c, a)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	locked, err := all.Fail(tx, throttle.InSession)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	throttles := session.Throttles(failures)
	if failures.Disabled {
		if err := k.Sessions.End(tx, a.ID, c.Session); err != nil {
			return fmt.Errorf("proof: %w", err)
		}
	}
	failures.Disabled = locked.Disabled && !failures.Disabled
	k.failed(tx, c, a, failures, throttles, ceremony.Refuse(ceremony.WrongPassword), audit.Event{
		Type: api.EventPasswordRefused,
		Rule: "R3",
	})
	return nil
}

// A Given is a ceremony's proof of the password. The zero value is no proof.
type Given struct {
	At   time.Time `json:"at,omitzero"`
	Edit int       `json:"edit,omitempty"` // account.Edits.Password at that time
}

// Give returns the proof for a password that was just examined successfully.
func Give(tx store.Tx, a *account.Account) Given {
	return Given{At: tx.Now().UTC(), Edit: a.Edits.Password}
}

// Holds reports whether a proof still counts in its ceremony (R3): the policy's time has not
// passed, the proof's time is not in the future (R86), and the password is the same.
func (k *Checker) Holds(tx store.Tx, a *account.Account, g Given) bool {
	return !g.At.IsZero() && g.Edit == a.Edits.Password && store.Valid(tx.Now(), g.At, g.At.Add(k.Policy.CeremonyProof))
}

// FromSession returns the proof of the caller's session if it counts now: the password was
// entered there within the policy's time (R3, R6).
func (k *Checker) FromSession(tx store.Tx, c *ceremony.Ceremony, a *account.Account) (Given, bool, error) {
	s, err := k.Sessions.Load(tx, c.Account, c.Session)
	if err != nil {
		return Given{}, false, fmt.Errorf("proof: %w", err)
	}
	_, ok := k.Sessions.RecentlyAuthenticated(s, tx.Now())
	return Given{At: s.Proved.UTC(), Edit: a.Edits.Password}, ok, nil
}

// NewPassword normalises a password that is to be set, or rejects it: as malformed if it
// is empty or has control characters, else with the reason of R0.
func (k *Checker) NewPassword(username, s string) (string, error) {
	err := account.CheckPassword(k.Policy, username, s)
	var wrong *account.PasswordError
	switch {
	case s == "":
		return "", ceremony.Reject(ceremony.Missing("password", "The password is missing. Choose one, then go on."))
	case errors.As(err, &wrong) && wrong.Reason == account.PasswordControl:
		return "", ceremony.Reject(ceremony.Malformed("password",
			"A password can't have control characters, which some keyboards can't type. Choose one without them."))
	case errors.As(err, &wrong):
		refusal := ceremony.Refuse(passwordReason(wrong.Reason))
		if advice := wrong.Advice(); advice != "" {
			refusal.Detail = advice
		}
		refusal.Field, refusal.Pattern = "password", string(wrong.Pattern)
		if wrong.Reason == account.PasswordTooShort {
			refusal.Limit = k.Policy.PasswordMin
		}
		return "", ceremony.Reject(refusal)
	case err != nil:
		return "", fmt.Errorf("proof: %w", err)
	}
	return account.NormalizePassword(s)
}

func passwordReason(r account.PasswordReason) ceremony.Reason {
	switch r {
	case account.PasswordTooLong:
		return ceremony.PasswordLong
	case account.PasswordContainsUsername:
		return ceremony.PasswordIsName
	case account.PasswordCommon:
		return ceremony.PasswordCommon
	}
	return ceremony.PasswordShort
}
