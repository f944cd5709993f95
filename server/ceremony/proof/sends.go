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

// sendLimit is the limit on codes that are sent and never entered.
func (k *Checker) sendLimit(name string) ratelimit.Limit {
	return ratelimit.Limit{Name: name, Free: 10, First: k.Policy.ResendAfter, Max: time.Hour}
}

// accountSends counts the codes that are sent and never entered, over all ceremonies of
// an account: each costs money or annoys the owner of the number. Entering a code
// resets the counter, and so does signing in.
func (k *Checker) accountSends(account string) ratelimit.Counter {
	return ratelimit.Counter{Limit: k.sendLimit("code.send"), Subject: account}
}

// recipientSends counts the codes that are sent to a number or address to confirm it,
// over all accounts: any user can sign up and enter another person's number. Only
// entering such a code resets the counter. Sign-in codes are not counted; otherwise an
// attacker could block the sign-in of the number's owner.
func (k *Checker) recipientSends(s *Sent) ratelimit.Counter {
	mac := k.Sealer.MAC("code.to", string(s.Channel), s.To)
	return ratelimit.Counter{
		Limit:   k.sendLimit("code.to"),
		Subject: base64.RawURLEncoding.EncodeToString(mac[:16]),
	}
}

// countSend counts a code that is about to be sent. The refusal is not nil if too many
// were sent already.
func (k *Checker) countSend(tx store.Tx, account string, s *Sent) (*api.Refusal, error) {
	sends, recipient := k.accountSends(account), k.recipientSends(s)
	confirms := s.Template != delivery.SignInCode
	if refusal, err := sendAllowed(tx, sends); refusal != nil || err != nil {
		return refusal, err
	}
	if confirms {
		if refusal, err := sendAllowed(tx, recipient); refusal != nil || err != nil {
			return refusal, err
		}
	}
	if _, err := sends.Fail(tx); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	if confirms {
		if _, err := recipient.FailUnknown(tx); err != nil {
			return nil, fmt.Errorf("proof: %w", err)
		}
	}
	return nil, nil
}

func sendAllowed(tx store.Tx, counter ratelimit.Counter) (*api.Refusal, error) {
	var throttled *ratelimit.ThrottledError
	switch err := counter.Allow(tx); {
	case errors.As(err, &throttled):
		refusal := ceremony.Refuse(ceremony.SendLimit)
		at := throttled.RetryAt.UTC()
		refusal.RetryAt = &at
		return &refusal, nil
	case err != nil:
		return nil, fmt.Errorf("proof: %w", err)
	}
	return nil, nil
}

// codeEntered resets both send counters after a right code.
func (k *Checker) codeEntered(tx store.Tx, account string, s *Sent) error {
	if err := k.recipientSends(s).Reset(tx); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return k.ResetSends(tx, account)
}

// ResetSends resets the counter of codes sent to an account. It is called when one was
// entered or a sign-in is complete.
func (k *Checker) ResetSends(tx store.Tx, account string) error {
	if err := k.accountSends(account).Reset(tx); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
