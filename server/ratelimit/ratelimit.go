// Package ratelimit slows down guessing (R43). Some failures in a row are free. Then
// each further attempt must wait, twice as long each time. After many failures the
// authenticator is disabled until it is set up again.
//
// Counters are kept in the store and survive a restart. Checking a secret costs one
// transaction: call Allow; if it returns an error, do not examine the secret; else
// examine it and call Fail or Reset. The store puts simultaneous attempts in order, so
// a burst never gets more attempts examined than the limit allows.
package ratelimit

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/store"
)

// A Limit is a limit on failures in a row. R43 is Free 5, First 30 s, Max 1 h, Disable
// 100.
type Limit struct {
	Name    string        // "first-party": part of the key, without slashes
	Free    int           // failures in a row before the first wait
	First   time.Duration // the wait after that many; each further failure doubles it
	Max     time.Duration // the longest wait
	Disable int           // failures in a row after which no attempt is examined; 0: never
	Reopen  time.Duration // how long after the last failure attempts are examined again; 0: never

	// Shared is for a count in which failures of strangers and successes of
	// the owner come together. Successes then do not raise the number of
	// failures in an hour above what the waits allow.
	Shared bool
}

// A Counter counts the failures of one subject under a limit. It is stored at
// rate/<limit name>/<subject>.
//
// Failures of several secrets can be parts of one count. Together they make
// attempts wait. ResetParts removes the failures of one secret only. Otherwise
// a success with one secret would give an attacker more guesses of another.
type Counter struct {
	Limit   Limit
	Subject string // without slashes; not a user name in clear text
	Part    string // the part that Fail increments, such as "app"; "" without parts
}

// A ThrottledError reports an attempt that was not examined because too many
// came before it.
type ThrottledError struct {
	Policy  string    // the limit's name
	RetryAt time.Time // earliest moment another attempt will be examined
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("ratelimit: %s throttled until %s", e.Policy, e.RetryAt.Format(time.RFC3339))
}

// A DisabledError reports an attempt that was not examined because the authenticator
// is disabled until it is set up again.
type DisabledError struct{ Policy string }

func (e *DisabledError) Error() string { return fmt.Sprintf("ratelimit: %s disabled", e.Policy) }

// Failures is the state of a counter.
type Failures struct {
	Count    int       // in a row
	RetryAt  time.Time // zero: at once
	Disabled bool
}

// record is the value of a counter in the store.
type record struct {
	Count   int            `json:"n"`
	Parts   map[string]int `json:"of,omitempty"` // included in Count
	RetryAt time.Time      `json:"retry_at,omitzero"`
	Last    time.Time      `json:"last,omitzero"`  // the last failure
	Hour    []time.Time    `json:"hour,omitempty"` // failures of the last hour; a success does not take them back
}

func (c Counter) key() string { return "rate/" + c.Limit.Name + "/" + c.Subject }

func (c Counter) load(tx store.Tx) (record, error) {
	var r record
	err := store.Load(tx, c.key(), &r)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return r, fmt.Errorf("ratelimit: %w", err)
	}
	if store.Future(tx.Now(), r.RetryAt.Add(-c.Limit.wait(r.Count))) { // the clock was set back (R86)
		r.RetryAt = time.Time{}
	}
	if c.reopened(r, tx.Now()) {
		return record{}, nil
	}
	r.Hour = c.Limit.lastHour(r.Hour, tx.Now())
	return r, nil
}

// reopened reports whether the counter was disabled, but no longer is. A last
// failure in the future means that the clock was set back.
func (c Counter) reopened(r record, now time.Time) bool {
	return c.failures(r).Disabled && c.Limit.Reopen > 0 &&
		(!now.Before(r.Last.Add(c.Limit.Reopen)) || store.Future(now, r.Last))
}

func (c Counter) failures(r record) Failures {
	return Failures{
		Count:    r.Count,
		RetryAt:  later(r.RetryAt, c.Limit.hourIsOver(r.Hour)),
		Disabled: c.Limit.Disable > 0 && r.Count >= c.Limit.Disable,
	}
}

// State reads the counter. A View is enough.
func (c Counter) State(tx store.Tx) (Failures, error) {
	r, err := c.load(tx)
	if err != nil {
		return Failures{}, err
	}
	return c.failures(r), nil
}

// Allow returns nil if an attempt may be examined now, else a *ThrottledError or a
// *DisabledError.
func (c Counter) Allow(tx store.Tx) error {
	f, err := c.State(tx)
	switch {
	case err != nil:
		return err
	case f.Disabled:
		return &DisabledError{Policy: c.Limit.Name}
	case tx.Now().Before(f.RetryAt):
		return &ThrottledError{Policy: c.Limit.Name, RetryAt: f.RetryAt}
	}
	return nil
}

// Fail counts a failure.
func (c Counter) Fail(tx store.Tx) (Failures, error) {
	r, err := c.load(tx)
	if err != nil {
		return Failures{}, err
	}
	r.Count++
	if c.Part != "" {
		if r.Parts == nil {
			r.Parts = map[string]int{}
		}
		r.Parts[c.Part]++
	}
	r.RetryAt, r.Last = time.Time{}, tx.Now().UTC()
	if wait := c.Limit.wait(r.Count); wait > 0 {
		r.RetryAt = tx.Now().Add(wait)
	}
	if c.Limit.Shared {
		r.Hour = append(r.Hour, r.Last)
	}
	if err := store.Save(tx, c.key(), r); err != nil {
		return Failures{}, fmt.Errorf("ratelimit: %w", err)
	}
	return c.failures(r), nil
}

// Reset deletes the counter: after a success, or when the authenticator is set up
// again.
func (c Counter) Reset(tx store.Tx) error {
	_, err := tx.Get(c.key())
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // the usual case: avoids a write
	case err != nil:
		return fmt.Errorf("ratelimit: %w", err)
	}
	return tx.Delete(c.key())
}

// ResetParts removes the failures of some parts. The rest stay counted.
func (c Counter) ResetParts(tx store.Tx, parts ...string) error {
	r, err := c.load(tx)
	if err != nil {
		return err
	}
	left := r.Count
	for _, part := range parts {
		left -= r.Parts[part]
		delete(r.Parts, part)
	}
	if left == r.Count && left > 0 {
		return nil // avoids a write
	}
	r.Count = max(left, 0)
	if r.Count == 0 {
		if len(r.Hour) == 0 {
			return c.Reset(tx)
		}
		r = record{Hour: r.Hour, Last: r.Last}
	}
	if err := store.Save(tx, c.key(), r); err != nil {
		return fmt.Errorf("ratelimit: %w", err)
	}
	return nil
}

// wait is how long the next attempt must wait after count failures in a row.
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
