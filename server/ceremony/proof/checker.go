package proof

import (
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
	"nightlatch/server/throttle"
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
type Checker struct {
	Config
	Counts *throttle.Keeper // of failures (R43)
}

// New checks the configuration.
func New(cfg Config) (*Checker, error) {
	switch {
	case cfg.Store == nil, cfg.Sealer == nil, cfg.Hasher == nil, cfg.Sessions == nil, cfg.Capabilities == nil:
		return nil, errors.New("proof: config: store, keys, hasher, sessions and capabilities are needed")
	case cfg.Policy.Name == "":
		return nil, errors.New("proof: config: a policy is needed")
	}
	counts, err := throttle.New(cfg.Sealer, cfg.Policy)
	if err != nil {
		return nil, fmt.Errorf("proof: config: %w", err)
	}
	return &Checker{cfg, counts}, nil
}

// Count returns the failure count for a ceremony's caller and an account (R43): that of the
// caller's device if it signed in before, or else the shared one.
func (k *Checker) Count(tx store.Tx, c *ceremony.Ceremony, a *account.Account) (throttle.Count, error) {
	return k.Counts.Account(tx, a.ID, c.Caller.Device)
}

// Allow returns nil if an attempt may be examined now, else a Rejection: throttled, with
// the earliest time for the next attempt, or disabled (R43).
func Allow(tx store.Tx, count interface{ Allow(store.Tx) error }) error {
	err := count.Allow(tx)
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

// Fail counts a failure to prove a secret and refuses the input. The refusal has the earliest
// time of the next attempt. If the failure was the last one allowed, a notice is mailed (R43).
func (k *Checker) Fail(tx store.Tx, c *ceremony.Ceremony, a *account.Account, of throttle.Secret, refusal api.Refusal, event audit.Event) error {
	count, err := k.Count(tx, c, a)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	failures, err := count.Fail(tx, of)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	k.failed(tx, c, a, failures, count.Throttles(failures), refusal, event)
	return nil
}

// failed refuses an input whose failure was counted, and records it.
func (k *Checker) failed(tx store.Tx, c *ceremony.Ceremony, a *account.Account, failures ratelimit.Failures, throttles bool, refusal api.Refusal, event audit.Event) {
	record(tx, c, failures, throttles, refusal, event)
	if failures.Disabled {
		k.Announce(tx, c, a, audit.Event{
			Type:    api.EventMethodDisabled,
			Rule:    "R43",
			Details: map[string]string{"failures": strconv.Itoa(failures.Count)},
		})
	}
}

// record refuses an input whose failure was counted, and records the event.
func record(tx store.Tx, c *ceremony.Ceremony, failures ratelimit.Failures, throttles bool, refusal api.Refusal, event audit.Event) {
	refuse(tx, c, failures, refusal)
	event.Refused = true
	c.Record(event)
	if throttles {
		c.Record(audit.Event{
			Type:    api.EventThrottled,
			Rule:    "R43",
			Details: map[string]string{"failures": strconv.Itoa(failures.Count)},
		})
	}
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
func (k *Checker) FailUnknown(tx store.Tx, c *ceremony.Ceremony, count throttle.Count, refusal api.Refusal) (ratelimit.Failures, error) {
	count, err := k.Counts.Unknown(tx, count, c.Caller.Device)
	if err != nil {
		return ratelimit.Failures{}, fmt.Errorf("proof: %w", err)
	}
	failures, err := count.Fail(tx, throttle.Password)
	if err != nil {
		return failures, fmt.Errorf("proof: %w", err)
	}
	refuse(tx, c, failures, refusal)
	return failures, nil
}

// Succeed removes the failures of the secrets that the caller has proved, in
// the caller's count (R43).
func (k *Checker) Succeed(tx store.Tx, c *ceremony.Ceremony, a *account.Account, proved ...throttle.Secret) error {
	count, err := k.Count(tx, c, a)
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	if err := count.Succeed(tx, proved...); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}

// Renewed removes the failures of secrets that were set up again, and ends a
// lock of the account (R43).
func (k *Checker) Renewed(tx store.Tx, a *account.Account, secrets ...throttle.Secret) error {
	if err := k.Counts.Renewed(tx, a.ID, secrets...); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
