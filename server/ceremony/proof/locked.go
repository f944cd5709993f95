package proof

import (
	"errors"

	"nightlatch/server/account"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
)

// lockedTries is how many wrong passwords one session has for an account that is
// locked. A hundred were tried by then, and no sign-in makes another session.
const lockedTries = 10

// whileLocked is the limit on one session's wrong passwords while its account is
// locked (R43): the same waits, counted anew, and soon an end.
func (k *Checker) whileLocked() ratelimit.Limit {
	limit := k.FirstParty()
	limit.Name, limit.Disable = "locked-session", lockedTries
	return limit
}

// allowPassword asks the throttle whether a session may try the password of its
// account. A locked account is no refusal there, since the right password opens
// it again, until the session has had its own tries.
func (k *Checker) allowPassword(tx store.Tx, c *ceremony.Ceremony, a *account.Account) (locked bool, err error) {
	limit, subject := k.FirstParty(), k.Subject(a.Username)
	var disabled *ratelimit.DisabledError
	if errors.As(limit.Allow(tx, subject), &disabled) {
		return true, Allow(tx, k.whileLocked(), c.Session)
	}
	return false, Allow(tx, limit, subject)
}

// failPassword counts a wrong password in a session: as the account's, or while
// the account is locked as the session's. That count is forgotten when the
// session is over.
func (k *Checker) failPassword(tx store.Tx, c *ceremony.Ceremony, a *account.Account, locked bool) (ceremony.Move, error) {
	refusal := ceremony.Refuse(ceremony.WrongPassword)
	event := audit.Event{Type: audit.PasswordRefused, Rule: "R3"}
	if !locked {
		return k.Fail(tx, c, a, refusal, event)
	}
	move, _, err := fail(tx, k.whileLocked(), c.Session, refusal, event)
	if err != nil {
		return ceremony.Move{}, err
	}
	return move, forget(tx, k.whileLocked(), c.Session)
}
