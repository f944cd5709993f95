package proof

import (
	"context"
	"errors"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// A CheckedPassword is a password with what the hasher said of it: it goes with
// one hash, and no other.
type CheckedPassword struct {
	api.Password
	phc string // the hash it was compared with
	ok  bool
}

// SlowPassword compares a password with its account's hash, outside any
// transaction. It is the Slow of every enter-password edge.
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
		return Allow(tx, k.FirstParty(a.Username))
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

// Password reads a password that is to be compared: NFC (R0). One that could
// never have been chosen is a Rejection that names the field.
func Password(s string) (string, error) {
	if s == "" {
		return "", ceremony.Reject(ceremony.Malformed("password", "The password is missing. Type it, then go on."))
	}
	password, err := account.NormalizePassword(s)
	if err != nil {
		return "", ceremony.Reject(ceremony.Malformed("password",
			"No password has so many characters, or control characters. Type it by hand instead of pasting it."))
	}
	return password, nil
}

// Password takes a checked password in a session. Right, it counts as proved in
// that session from now on (R3, R6), and the move has no refusal.
func (k *Checker) Password(tx store.Tx, c *ceremony.Ceremony, in CheckedPassword) (*account.Account, ceremony.Move, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return nil, ceremony.Move{}, err
	}
	if a.Password != in.phc {
		return nil, ceremony.Move{}, ceremony.ErrAgain
	}
	if err := Allow(tx, k.FirstParty(a.Username)); err != nil {
		return nil, ceremony.Move{}, err
	}
	if !in.ok {
		move, err := k.Fail(tx, c, a, ceremony.Refuse(ceremony.WrongPassword), audit.Event{
			Type: api.EventPasswordRefused,
			Rule: "R3",
		})
		return a, move, err
	}
	if err := k.Succeed(tx, a); err != nil {
		return nil, ceremony.Move{}, err
	}
	if err := k.Sessions.MarkReauthenticated(tx, c.Account, c.Session); err != nil {
		return nil, ceremony.Move{}, fmt.Errorf("proof: %w", err)
	}
	return a, ceremony.Move{
		Audit: []audit.Event{{Type: api.EventPasswordProved, Rule: "R3"}},
	}, nil
}

// RecentlyAuthenticated reports whether the password was proved in the caller's session within
// the policy's time (R3, R6).
func (k *Checker) RecentlyAuthenticated(tx store.Tx, c *ceremony.Ceremony) (bool, error) {
	s, err := k.Sessions.Load(tx, c.Account, c.Session)
	if err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	_, ok := k.Sessions.RecentlyAuthenticated(s, tx.Now())
	return ok, nil
}

// NewPassword reads a password that is to be set, or rejects it: what can be no
// password at all as malformed, the rest with R0's reason.
func (k *Checker) NewPassword(username, s string) (string, error) {
	err := account.CheckPassword(k.Policy, username, s)
	var wrong *account.PasswordError
	switch {
	case s == "":
		return "", ceremony.Reject(ceremony.Malformed("password", "The password is missing. Choose one, then go on."))
	case errors.As(err, &wrong) && wrong.Reason == account.PasswordControl:
		return "", ceremony.Reject(ceremony.Malformed("password",
			"Control characters get lost on the way from some keyboards. Choose a password without them."))
	case errors.As(err, &wrong):
		refusal := ceremony.Refuse(passwordReason(wrong.Reason))
		refusal.Field = "password"
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
