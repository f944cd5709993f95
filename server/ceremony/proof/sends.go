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

// signInSends counts the sign-in codes that are sent but not entered, over all sign-ins
// of an account: each costs money or annoys the owner of the number. Entering a code
// resets the counter, and so does signing in.
func (k *Checker) signInSends(account string) ratelimit.Counter {
	return ratelimit.Counter{Limit: k.sendLimit("code.send"), Subject: account}
}

// accountSends counts the confirmation codes that an account sends, because
// any user can enter the numbers and addresses of other people. Entering a
// code removes the part of its recipient. Signing in removes nothing, because
// an abuser can sign in, too.
func (k *Checker) accountSends(account string, s *Sent) ratelimit.Counter {
	return ratelimit.Counter{Limit: k.sendLimit("code.from"), Subject: account, Part: k.recipient(s, 6)}
}

// recipientSends counts the codes that are sent to a number or address to confirm it,
// over all accounts: any user can sign up and enter another person's number. Only
// entering such a code resets the counter. Sign-in codes are not counted; otherwise an
// attacker could block the sign-in of the number's owner.
func (k *Checker) recipientSends(s *Sent) ratelimit.Counter {
	return ratelimit.Counter{Limit: k.sendLimit("code.to"), Subject: k.recipient(s, 16)}
}

// recipient is a keyed hash of a code's recipient, shortened to some bytes.
func (k *Checker) recipient(s *Sent, length int) string {
	mac := k.Sealer.MAC("code.to", string(s.Channel), s.To)
	return base64.RawURLEncoding.EncodeToString(mac[:length])
}

// sends are the counters of codes like s.
func (k *Checker) sends(account string, s *Sent) []ratelimit.Counter {
	if s.Template == delivery.SignInCode {
		return []ratelimit.Counter{k.signInSends(account)}
	}
	return []ratelimit.Counter{k.accountSends(account, s), k.recipientSends(s)}
}

// countSend counts a code that is about to be sent. The refusal is not nil if too many
// were sent already.
func (k *Checker) countSend(tx store.Tx, account string, s *Sent) (*api.Refusal, error) {
	counters := k.sends(account, s)
	for _, counter := range counters {
		if refusal, err := sendAllowed(tx, counter); refusal != nil || err != nil {
			return refusal, err
		}
	}
	for _, counter := range counters {
		count := counter.FailUnknown // a counter that nobody resets expires
		if s.Template == delivery.SignInCode {
			count = counter.Fail
		}
		if _, err := count(tx); err != nil {
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

// codeEntered is called after a right code that confirms a number or an address.
func (k *Checker) codeEntered(tx store.Tx, account string, s *Sent) error {
	if err := k.recipientSends(s).Reset(tx); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	own := k.accountSends(account, s)
	if err := own.ResetParts(tx, own.Part); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return k.ResetSends(tx, account)
}

// ResetSends resets the counter of sign-in codes. It is called when a code was entered or
// a sign-in is complete.
func (k *Checker) ResetSends(tx store.Tx, account string) error {
	if err := k.signInSends(account).Reset(tx); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
