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

// FirstParty is the limit on failures of first-party clients, over all factors
// and all ceremonies of an account (R43). Third-party clients are counted under
// a limit of another name.
func (k *Checker) FirstParty() ratelimit.Limit {
	return ratelimit.Limit{
		Name:    "first-party",
		Free:    k.Policy.ThrottleFree,
		First:   k.Policy.ThrottleFirst,
		Max:     k.Policy.ThrottleMax,
		Disable: k.Policy.ThrottleDisable,
	}
}

// Subject is who FirstParty counts: the user name in any spelling, whether or not
// there is such an account, so that both are throttled alike (R42). It is a
// keyed hash, since what strangers type there is sometimes a password.
func (k *Checker) Subject(username string) string {
	mac := k.Sealer.MAC("throttle", account.Fold(username))
	return base64.RawURLEncoding.EncodeToString(mac[:16])
}

// Allow returns nil when a try may be examined, else a Rejection: throttled
// with the earliest moment, or disabled (R43).
func Allow(tx store.Tx, limit ratelimit.Limit, subject string) error {
	err := limit.Allow(tx, subject)
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
	move, failures, err := fail(tx, k.FirstParty(), k.Subject(a.Username), refusal, event)
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
func fail(tx store.Tx, limit ratelimit.Limit, subject string, refusal api.Refusal, event audit.Event) (ceremony.Move, ratelimit.Failures, error) {
	failures, err := limit.Fail(tx, subject)
	if err != nil {
		return ceremony.Move{}, failures, fmt.Errorf("proof: %w", err)
	}
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
	return move, failures, nil
}

// FailUnknown is Fail for a user name that nobody has: counted and refused the
// same (R42), but there is nobody to tell. What was counted is forgotten after a
// while, since anybody can invent names.
func (k *Checker) FailUnknown(tx store.Tx, username string, refusal api.Refusal) (ceremony.Move, error) {
	limit, subject := k.FirstParty(), k.Subject(username)
	move, _, err := fail(tx, limit, subject, refusal, audit.Event{})
	if err != nil {
		return ceremony.Move{}, err
	}
	move.Audit = nil
	return move, forget(tx, limit, subject)
}

// forget has a count reclaimed after a while, whose subjects anybody can invent.
func forget(tx store.Tx, limit ratelimit.Limit, subject string) error {
	at := tx.Now().Add(2 * strangerKept).Truncate(strangerKept) // the same for a month: one row
	if err := store.ExpireAt(tx, at, "rate/"+limit.Name+"/"+subject); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}

// strangerKept is how long such counts are kept, at least: the failures of a user
// name that nobody has, the codes sent to a number.
const strangerKept = 30 * 24 * time.Hour

// Succeed forgets an account's failures: after a whole sign-in, or when
// something was set up anew (R43). It also unlocks an account.
func (k *Checker) Succeed(tx store.Tx, a *account.Account) error {
	if err := k.FirstParty().Reset(tx, k.Subject(a.Username)); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}
