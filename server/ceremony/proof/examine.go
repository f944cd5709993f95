package proof

import (
	"crypto/subtle"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/otp"
	"nightlatch/server/store"
	"nightlatch/server/throttle"
)

// Try examines a code of a second step. A right code is used up. A wrong one is counted
// and refused. A Rejection means that it was not examined: its form is wrong, the code
// can't be used any more, or attempts are throttled.
func (k *Checker) Try(tx store.Tx, c *ceremony.Ceremony, a *account.Account, s *Sent, input string) (right bool, err error) {
	count, err := k.Count(tx, c, a)
	if err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	if err := k.Refresh(tx, a.ID, s); err != nil {
		return false, err
	}
	code, err := k.examine(tx, s, input, count)
	if err != nil {
		return false, err
	}
	right = s.spend(tx.Now(), code)
	if err := k.keep(tx, a.ID, s); err != nil || right {
		return right, err
	}
	return false, k.Fail(tx, c, a, throttle.TextCode, wrong(s), audit.Event{
		Type:    api.EventSignInFailed,
		Rule:    "R11",
		Details: map[string]string{"factor": string(s.Channel), "reason": api.WrongCode},
	})
}

// Confirm is Try for a new number or address of the ceremony's account. Its failures are
// counted apart from sign-in, so that a mistyped code never locks an account.
func (k *Checker) Confirm(tx store.Tx, c *ceremony.Ceremony, s *Sent, input string) (right bool, err error) {
	code, err := k.confirmable(tx, c.Account, s, input)
	if err != nil {
		return false, err
	}
	counter := k.confirmations(c.Account, s.Channel)
	right = s.spend(tx.Now(), code)
	if err := k.keep(tx, c.Account, s); err != nil {
		return false, err
	}
	if !right {
		failures, err := counter.Fail(tx)
		if err != nil {
			return false, fmt.Errorf("proof: %w", err)
		}
		record(tx, c, failures, failures.Count == counter.Limit.Free, wrong(s), audit.Event{
			Type:    api.EventCodeRefused,
			Rule:    s.rule(),
			Details: map[string]string{"channel": string(s.Channel)},
		})
		return false, nil
	}
	if err := counter.Reset(tx); err != nil {
		return false, fmt.Errorf("proof: %w", err)
	}
	return true, k.codeEntered(tx, c.Account, s)
}

// Examinable returns nil if Confirm would examine a code, else its Rejection. Slow work
// that only a right code needs must be done for every code that would be examined.
// Otherwise the response time would reveal the right code without a counted failure.
func (k *Checker) Examinable(tx store.Tx, account string, s *Sent, input string) error {
	_, err := k.confirmable(tx, account, s, input)
	return err
}

func (k *Checker) confirmable(tx store.Tx, account string, s *Sent, input string) (code string, err error) {
	if err := k.Refresh(tx, account, s); err != nil {
		return "", err
	}
	return k.examine(tx, s, input, k.confirmations(account, s.Channel))
}

// examine returns the digits of a code that may be compared now.
func (k *Checker) examine(tx store.Tx, s *Sent, input string, count interface{ Allow(store.Tx) error }) (code string, err error) {
	if code, err = Digits(input); err != nil {
		return "", err
	}
	if reason, unusable := s.unusable(tx.Now()); unusable {
		refusal := s.refuse(reason)
		return "", ceremony.Reject(refusal)
	}
	return code, Allow(tx, count)
}

// spend compares a code. A right one is used up. The other one stays valid,
// because it may be entered in another ceremony. A wrong one costs a try.
func (s *Sent) spend(now time.Time, code string) (right bool) {
	if subtle.ConstantTimeCompare([]byte(code), []byte(s.Code)) == 1 {
		s.Code, right = "", true
	}
	if s.Spare.usable(now) && subtle.ConstantTimeCompare([]byte(code), []byte(s.Spare.Code)) == 1 {
		s.Spare, right = nil, true
	}
	if !right {
		s.Tries--
	}
	return right
}

// Digits reads a six-digit code as people type it. For anything else it returns a
// Rejection with the field's name, which costs no try.
func Digits(input string) (string, error) {
	code, ok := otp.ParseCode(input)
	if !ok {
		return "", ceremony.Reject(ceremony.Malformed("code", "A code has six digits. Type them as they are shown, then go on."))
	}
	return code, nil
}
