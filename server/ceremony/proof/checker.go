package proof

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/ratelimit"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Config configures a Checker.
type Config struct {
	Store        store.Store
	Sealer       *seal.Sealer
	Hasher       *account.Hasher
	Sessions     *session.Store
	Policy       account.Policy
	Capabilities func() delivery.Capabilities // what can be sent at the moment
}

// A Checker checks proofs. It is immutable.
type Checker struct{ Config }

// New checks the configuration.
func New(cfg Config) (*Checker, error) {
	switch {
	case cfg.Store == nil, cfg.Sealer == nil, cfg.Hasher == nil, cfg.Sessions == nil, cfg.Capabilities == nil:
		return nil, errors.New("proof: config: store, keys, hasher, sessions and capabilities are needed")
	case cfg.Policy.Name == "":
		return nil, errors.New("proof: config: a policy is needed")
	}
	return &Checker{cfg}, nil
}

// FirstParty counts the failures of first-party clients for a user name, over all
// factors and all ceremonies (R43). Third-party clients are counted under another
// limit. The counter is the same in upper and lower case. An unknown name has one too,
// so that it is throttled like a known one (R42). The subject is a keyed hash, because
// people sometimes type their password into the name field.
func (k *Checker) FirstParty(username string) ratelimit.Counter {
	mac := k.Sealer.MAC("throttle", account.Fold(username))
	return ratelimit.Counter{
		Limit:   k.Policy.Throttle("first-party"),
		Subject: base64.RawURLEncoding.EncodeToString(mac[:16]),
	}
}

// Allow returns nil if an attempt may be examined now, else a Rejection: throttled, with
// the earliest time for the next attempt, or disabled (R43).
func Allow(tx store.Tx, counter ratelimit.Counter) error {
	err := counter.Allow(tx)
	var throttled *ratelimit.ThrottledError
	var disabled *ratelimit.DisabledError
	switch {
	case errors.As(err, &throttled):
		return ceremony.Reject(Throttled(throttled.RetryAt))
	case errors.As(err, &disabled):
		return ceremony.Reject(ceremony.Refuse(ceremony.Disabled))
	case err != nil:
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}

// Throttled is the refusal of an attempt that was not examined (R43).
func Throttled(at time.Time) api.Refusal {
	refusal := ceremony.Refuse(ceremony.Throttled)
	at = at.UTC()
	refusal.RetryAt = &at
	return refusal
}

// Fail counts a failure of an account's first-party client and refuses the input. The
// refusal says until when the next attempt must wait. If the failure was the last one
// allowed, a notice is mailed (R43).
func (k *Checker) Fail(tx store.Tx, c *ceremony.Ceremony, a *account.Account, refusal api.Refusal, event audit.Event) error {
	failures, err := fail(tx, c, k.FirstParty(a.Username), refusal, event)
	if err == nil && failures.Disabled {
		k.Announce(tx, c, a, audit.Event{
			Type:    api.EventMethodDisabled,
			Rule:    "R43",
			Details: map[string]string{"failures": strconv.Itoa(failures.Count)},
		})
	}
	return err
}

// fail counts a failure, refuses the input and records the event.
func fail(tx store.Tx, c *ceremony.Ceremony, counter ratelimit.Counter, refusal api.Refusal, event audit.Event) (ratelimit.Failures, error) {
	failures, err := counter.Fail(tx)
	if err != nil {
		return failures, fmt.Errorf("proof: %w", err)
	}
	refuse(tx, c, failures, refusal)
	event.Refused = true
	c.Record(event)
	if failures.Count == counter.Limit.Free {
		c.Record(audit.Event{
			Type:    api.EventThrottled,
			Rule:    "R43",
			Details: map[string]string{"failures": strconv.Itoa(failures.Count)},
		})
	}
	return failures, nil
}

// refuse refuses an input whose failure was counted.
func refuse(tx store.Tx, c *ceremony.Ceremony, failures ratelimit.Failures, refusal api.Refusal) {
	if at := failures.RetryAt.UTC(); at.After(tx.Now()) {
		refusal.RetryAt = &at
	}
	c.Refuse(refusal)
}

// FailUnknown is Fail for a user name without an account. It is counted and refused in
// the same way (R42), but there is no activity list for its events.
func (k *Checker) FailUnknown(tx store.Tx, c *ceremony.Ceremony, username string, refusal api.Refusal) error {
	failures, err := k.FirstParty(username).FailUnknown(tx)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	refuse(tx, c, failures, refusal)
	return nil
}

// Succeed resets an account's failures: after a complete sign-in, or when an
// authenticator was set up again (R43). It also unlocks the account.
func (k *Checker) Succeed(tx store.Tx, a *account.Account) error {
	if err := k.FirstParty(a.Username).Reset(tx); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
