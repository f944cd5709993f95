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

// A Config is what proofs are checked with.
type Config struct {
	Store    store.Store
	Sealer   *seal.Sealer
	Hasher   *account.Hasher
	Sessions *session.Store
	Policy   account.Policy
	Ways     func() delivery.Capabilities // how messages can leave now
}

// A Checker checks proofs. It is immutable.
type Checker struct{ Config }

// New checks the configuration.
func New(cfg Config) (*Checker, error) {
	switch {
	case cfg.Store == nil, cfg.Sealer == nil, cfg.Hasher == nil, cfg.Sessions == nil, cfg.Ways == nil:
		return nil, errors.New("proof: config: store, keys, hasher, sessions and ways are needed")
	case cfg.Policy.Name == "":
		return nil, errors.New("proof: config: a policy is needed")
	}
	return &Checker{cfg}, nil
}

// FirstParty counts the failures of first-party clients for a user name, over all
// factors and all ceremonies (R43). Third-party clients are counted under another
// limit. The name counts in any spelling and whether or not an account has it, so that
// both are throttled alike (R42). The subject is a keyed hash, because people sometimes
// type their password into the name field.
func (k *Checker) FirstParty(username string) ratelimit.Counter {
	mac := k.Sealer.MAC("throttle", account.Fold(username))
	return ratelimit.Counter{
		Limit:   k.Policy.Throttle("first-party"),
		Subject: base64.RawURLEncoding.EncodeToString(mac[:16]),
	}
}

// Allow returns nil when a try may be examined, else a Rejection: throttled
// with the earliest moment, or disabled (R43).
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

// Throttled is the refusal of a try that was not examined (R43).
func Throttled(at time.Time) api.Refusal {
	refusal := ceremony.Refuse(ceremony.Throttled)
	at = at.UTC()
	refusal.RetryAt = &at
	return refusal
}

// Fail counts a failure of an account's first-party client and returns the move
// that says so: the refusal, which tells until when the next try has to wait, the
// events, and the notice when this one was the last allowed (R43).
func (k *Checker) Fail(tx store.Tx, c *ceremony.Ceremony, a *account.Account, refusal api.Refusal, event audit.Event) (ceremony.Move, error) {
	move, failures, err := fail(tx, k.FirstParty(a.Username), refusal, event)
	if err == nil && failures.Disabled {
		locked := audit.Event{
			Type:    api.EventMethodDisabled,
			Rule:    "R43",
			Details: map[string]string{"failures": strconv.Itoa(failures.Count)},
		}
		move.Audit = append(move.Audit, locked)
		move.Send = k.Notice(tx, c, a, locked)
	}
	return move, err
}

// fail counts a failure under any limit.
func fail(tx store.Tx, counter ratelimit.Counter, refusal api.Refusal, event audit.Event) (ceremony.Move, ratelimit.Failures, error) {
	failures, err := counter.Fail(tx)
	if err != nil {
		return ceremony.Move{}, failures, fmt.Errorf("proof: %w", err)
	}
	return refuse(tx, counter.Limit, failures, refusal, event), failures, nil
}

// refuse is the refusal of an attempt that was counted.
func refuse(tx store.Tx, limit ratelimit.Limit, failures ratelimit.Failures, refusal api.Refusal, event audit.Event) ceremony.Move {
	if at := failures.RetryAt.UTC(); at.After(tx.Now()) {
		refusal.RetryAt = &at
	}
	event.Refused = true
	move := ceremony.Refused(refusal)
	move.Audit = []audit.Event{event}
	if failures.Count == limit.Free {
		move.Audit = append(move.Audit, audit.Event{
			Type:    api.EventThrottled,
			Rule:    "R43",
			Details: map[string]string{"failures": strconv.Itoa(failures.Count)},
		})
	}
	return move
}

// FailUnknown is Fail for a user name without an account. It is counted and refused in
// the same way (R42), but there is no activity list for its events.
func (k *Checker) FailUnknown(tx store.Tx, username string, refusal api.Refusal) (ceremony.Move, error) {
	counter := k.FirstParty(username)
	failures, err := counter.FailUnknown(tx)
	if err != nil {
		return ceremony.Move{}, fmt.Errorf("proof: %w", err)
	}
	move := refuse(tx, counter.Limit, failures, refusal, audit.Event{})
	move.Audit = nil
	return move, nil
}

// Succeed forgets an account's failures: after a whole sign-in, or when
// something was set up anew (R43). It also unlocks an account.
func (k *Checker) Succeed(tx store.Tx, a *account.Account) error {
	if err := k.FirstParty(a.Username).Reset(tx); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
