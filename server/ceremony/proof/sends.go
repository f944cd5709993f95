package proof

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
)

// A tally is a limit with whom it counts.
type tally struct {
	limit   ratelimit.Limit
	subject string
}

// sends limits the codes that are sent and never entered, over all ceremonies of
// an account: each costs money or annoys whoever owns the number. Entering one
// resets it, and so does signing in.
func (k *Checker) sends(account string) tally {
	return tally{ratelimit.Limit{Name: "code.send", Free: 10, First: k.Policy.ResendAfter, Max: time.Hour}, account}
}

// arrivals limits the codes that are sent to one number or address to prove it,
// over all accounts: anybody can sign up, and name a number that is not theirs.
// Only entering such a code resets it. What signs in is not counted, or a stranger
// could keep the owner of the number out.
func (k *Checker) arrivals(s *Sent) tally {
	to := k.Sealer.MAC("code.to", string(s.Channel), s.To)
	return tally{
		ratelimit.Limit{Name: "code.to", Free: 10, First: k.Policy.ResendAfter, Max: time.Hour},
		base64.RawURLEncoding.EncodeToString(to[:16]),
	}
}

// count notes that a code is about to be sent. A refusal says that there were too
// many already.
func (k *Checker) count(tx store.Tx, account string, s *Sent) (*api.Refusal, error) {
	tallies := []tally{k.sends(account)}
	if s.Template != delivery.SignInCode {
		tallies = append(tallies, k.arrivals(s))
	}
	for _, t := range tallies {
		var throttled *ratelimit.ThrottledError
		switch err := t.limit.Allow(tx, t.subject); {
		case errors.As(err, &throttled):
			refusal := ceremony.Refuse(ceremony.SendLimit)
			at := throttled.RetryAt.UTC()
			refusal.RetryAt = &at
			return &refusal, nil
		case err != nil:
			return nil, fmt.Errorf("proof: %w", err)
		}
	}
	for _, t := range tallies {
		if _, err := t.limit.Fail(tx, t.subject); err != nil {
			return nil, fmt.Errorf("proof: %w", err)
		}
	}
	if len(tallies) == 1 {
		return nil, nil
	}
	return nil, forget(tx, tallies[1].limit, tallies[1].subject) // numbers are endless
}

// entered notes that a code was entered by whom it was sent to: both limits on
// sending start anew.
func (k *Checker) entered(tx store.Tx, account string, s *Sent) error {
	t := k.arrivals(s)
	if err := t.limit.Reset(tx, t.subject); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return k.Answered(tx, account)
}

// Answered notes that the codes sent to this account do arrive: the limit on
// sending starts anew.
func (k *Checker) Answered(tx store.Tx, account string) error {
	t := k.sends(account)
	if err := t.limit.Reset(tx, t.subject); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
