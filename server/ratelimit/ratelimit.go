// Package ratelimit makes guessing slow (R43): some failures in a row are free,
// then each further try has to wait, twice as long every time, and after many
// the thing that was guessed at is disabled until it is set up again.
//
// The counters lie in the store and outlive a restart. A verdict costs one
// transaction: Allow; if it refuses, the verdict is not looked at; else Fail or
// Reset. Tries that come at once are put in order by the store, so a burst never
// gets more verdicts than the limit allows.
package ratelimit

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/store"
)

// A Limit is one policy. R43 is Free 5, First 30 s, Max 1 h, Disable 100.
type Limit struct {
	Name    string        // "app.verify": part of the key, without slashes
	Free    int           // failures in a row before the first wait
	First   time.Duration // the wait after that many; each further failure doubles it
	Max     time.Duration // the longest wait
	Disable int           // failures in a row after which no try is examined; 0: never
}

// A ThrottledError reports an attempt that was not examined because too many
// came before it.
type ThrottledError struct {
	Policy  string    // "app.verify"
	RetryAt time.Time // earliest moment another attempt will be examined
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("ratelimit: %s throttled until %s", e.Policy, e.RetryAt.Format(time.RFC3339))
}

// A DisabledError reports an attempt that was not examined because what it
// tries is disabled until it is set up again.
type DisabledError struct{ Policy string }

func (e *DisabledError) Error() string { return fmt.Sprintf("ratelimit: %s disabled", e.Policy) }

// Failures is where a subject stands.
type Failures struct {
	Count    int       // in a row
	RetryAt  time.Time // zero: at once
	Disabled bool
}

type counter struct {
	Count   int       `json:"n"`
	RetryAt time.Time `json:"retry_at,omitzero"`
}

func (l Limit) key(subject string) string { return "rate/" + l.Name + "/" + subject }

func (l Limit) load(tx store.Tx, subject string) (counter, error) {
	var c counter
	err := store.Load(tx, l.key(subject), &c)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return c, fmt.Errorf("ratelimit: %w", err)
	}
	if c.RetryAt.Sub(tx.Now()) > l.wait(c.Count)+clockSlack {
		c.RetryAt = time.Time{} // longer than there is a wait: the clock was set back
	}
	return c, nil
}

// clockSlack is by how much a transaction may be earlier than the one that
// counted before it and still see its wait.
const clockSlack = time.Minute

func (l Limit) disabled(c counter) bool { return l.Disable > 0 && c.Count >= l.Disable }

// Allow returns nil if an attempt may be examined now, a *ThrottledError or a
// *DisabledError if not.
func (l Limit) Allow(tx store.Tx, subject string) error {
	c, err := l.load(tx, subject)
	switch {
	case err != nil:
		return err
	case l.disabled(c):
		return &DisabledError{Policy: l.Name}
	case tx.Now().Before(c.RetryAt):
		return &ThrottledError{Policy: l.Name, RetryAt: c.RetryAt}
	}
	return nil
}

// Fail counts a failure.
func (l Limit) Fail(tx store.Tx, subject string) (Failures, error) {
	c, err := l.load(tx, subject)
	if err != nil {
		return Failures{}, err
	}
	c.Count++
	c.RetryAt = time.Time{}
	if wait := l.wait(c.Count); wait > 0 {
		c.RetryAt = tx.Now().Add(wait)
	}
	if err := store.Save(tx, l.key(subject), c); err != nil {
		return Failures{}, fmt.Errorf("ratelimit: %w", err)
	}
	return Failures{Count: c.Count, RetryAt: c.RetryAt, Disabled: l.disabled(c)}, nil
}

// wait is how long the next try must wait after count failures in a row.
func (l Limit) wait(count int) time.Duration {
	if count < l.Free {
		return 0
	}
	wait := l.First
	for range count - l.Free {
		if wait >= l.Max/2 {
			return l.Max
		}
		wait *= 2
	}
	return min(wait, l.Max)
}

// Reset forgets the failures: after a success, or a new set-up.
func (l Limit) Reset(tx store.Tx, subject string) error {
	_, err := tx.Get(l.key(subject))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // nearly always: no write for nothing
	case err != nil:
		return fmt.Errorf("ratelimit: %w", err)
	}
	return tx.Delete(l.key(subject))
}
