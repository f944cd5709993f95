package ratelimit

import (
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/storetest"
)

var start = time.Unix(1_700_000_000, 0).UTC()

// A clock is set by the test.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// r43 is the limit of R43.
var r43 = Limit{Name: "app.verify", Free: 5, First: 30 * time.Second, Max: time.Hour, Disable: 100}

// attempt uses a counter as callers do. It reports whether the attempt was examined.
func attempt(t *testing.T, s store.Store, l Limit, subject string, right bool) (examined bool, f Failures, refusal error) {
	t.Helper()
	c := Counter{Limit: l, Subject: subject}
	err := s.Update(t.Context(), func(tx store.Tx) (err error) {
		examined, f, refusal = false, Failures{}, nil
		if refusal = c.Allow(tx); refusal != nil {
			return nil // commit
		}
		examined = true
		if right {
			return c.Reset(tx)
		}
		f, err = c.Fail(tx)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return examined, f, refusal
}

func TestR43Waits(t *testing.T) {
	t.Parallel()
	c := &clock{at: start}
	s := storetest.New(t, c.now)
	for n := 1; n <= 100; n++ {
		examined, f, refusal := attempt(t, s, r43, "a", false)
		if !examined {
			t.Fatalf("try %d: %v", n, refusal)
		}
		want := time.Duration(0)
		if n >= 5 {
			want = min(30*time.Second<<min(n-5, 20), time.Hour)
		}
		if f.Count != n || f.Disabled != (n == 100) {
			t.Errorf("failure %d: %+v", n, f)
		}
		if want == 0 && !f.RetryAt.IsZero() || want > 0 && f.RetryAt.Sub(c.at) != want {
			t.Errorf("failure %d: next try at %v, want after %v", n, f.RetryAt, want)
		}
		if want == 0 {
			continue
		}
		// Before that time an attempt is neither examined nor counted.
		c.at = f.RetryAt.Add(-time.Nanosecond)
		if n == 100 {
			break
		}
		var throttled *ThrottledError
		if examined, _, refusal := attempt(t, s, r43, "a", true); examined || !errors.As(refusal, &throttled) || !throttled.RetryAt.Equal(f.RetryAt) {
			t.Errorf("too early after failure %d: examined %v, %v", n, examined, refusal)
		}
		c.at = f.RetryAt
	}
	var disabled *DisabledError
	c.at = c.at.Add(1000 * time.Hour)
	if examined, _, refusal := attempt(t, s, r43, "a", true); examined || !errors.As(refusal, &disabled) {
		t.Errorf("after 100 failures: examined %v, %v", examined, refusal)
	}
	// Set up again.
	if err := s.Update(t.Context(), func(tx store.Tx) error { return Counter{Limit: r43, Subject: "a"}.Reset(tx) }); err != nil {
		t.Fatal(err)
	}
	if examined, _, refusal := attempt(t, s, r43, "a", true); !examined {
		t.Errorf("after the reset: %v", refusal)
	}
}

func TestR43SuccessResets(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, (&clock{at: start}).now)
	for range 3 {
		for n := 1; n <= 4; n++ {
			if _, f, refusal := attempt(t, s, r43, "a", false); f.Count != n {
				t.Fatalf("failure %d counted as %d, %v", n, f.Count, refusal)
			}
		}
		if examined, _, refusal := attempt(t, s, r43, "a", true); !examined {
			t.Fatalf("the fifth try: %v", refusal)
		}
	}
}

func TestSubjectsAndPoliciesCountApart(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, (&clock{at: start}).now)
	third := r43
	third.Name = "third-party" // R43: a misconfigured mail client must not lock its owner out
	for range 5 {
		attempt(t, s, r43, "a", false)
	}
	if examined, _, _ := attempt(t, s, r43, "a", true); examined {
		t.Error("the sixth try was examined")
	}
	if examined, _, refusal := attempt(t, s, r43, "b", true); !examined {
		t.Errorf("another subject: %v", refusal)
	}
	if examined, _, refusal := attempt(t, s, third, "a", true); !examined {
		t.Errorf("another policy: %v", refusal)
	}
}

// When the clock is set back, a wait that a clock running ahead has set is dropped. The
// count stays.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	c := &clock{at: start.AddDate(1, 0, 0)}
	s := storetest.New(t, c.now)
	for range 5 {
		attempt(t, s, r43, "a", false)
	}
	c.at = c.at.Add(-store.ClockSlack)
	if examined, _, _ := attempt(t, s, r43, "a", true); examined {
		t.Error("the wait was dropped within store.ClockSlack, though transactions may be slightly out of order")
	}
	c.at = start
	err := s.View(t.Context(), func(tx store.Tx) error {
		f, err := Counter{Limit: r43, Subject: "a"}.State(tx)
		if f.Count != 5 || !f.RetryAt.IsZero() {
			t.Errorf("set back by a year: %+v", f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	examined, f, refusal := attempt(t, s, r43, "a", false)
	if !examined || f.Count != 6 || f.RetryAt.Sub(c.at) != time.Minute {
		t.Errorf("set back by a year: %v, %+v, %v", examined, f, refusal)
	}
	if examined, _, _ := attempt(t, s, r43, "a", true); examined {
		t.Error("there is no next wait")
	}
}

// Of a hundred simultaneous attempts no more are examined than of attempts one after
// the other.
func TestR43Burst(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, (&clock{at: start}).now)
	var verdicts atomic.Int32
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if examined, _, _ := attempt(t, s, r43, "a", false); examined {
				verdicts.Add(1)
			}
		})
	}
	group.Wait()
	if n := verdicts.Load(); n != 5 {
		t.Errorf("%d verdicts, want 5", n)
	}
}

func TestNoDisable(t *testing.T) {
	t.Parallel()
	c := &clock{at: start}
	s := storetest.New(t, c.now)
	l := Limit{Name: "x", Free: 1, First: time.Second, Max: time.Second}
	for range 150 {
		if examined, f, refusal := attempt(t, s, l, "a", false); !examined || f.Disabled {
			t.Fatalf("%+v, %v", f, refusal)
		}
		c.at = c.at.Add(time.Second)
	}
}

func TestWaitIsBounded(t *testing.T) {
	t.Parallel()
	for count := range 10_000 {
		if w := r43.wait(count); w < 0 || w > r43.Max {
			t.Fatalf("after %d failures: %v", count, w)
		}
	}
	huge := Limit{First: time.Duration(1 << 62), Max: time.Duration(1<<63 - 1)}
	if w := huge.wait(3); w != huge.Max {
		t.Errorf("waits overflow to %v", w)
	}
}

// Counters survive a restart of the program.
func TestR43SurvivesARestart(t *testing.T) {
	t.Parallel()
	cfg := bolt.Config{Path: filepath.Join(t.TempDir(), "test.db"), Now: (&clock{at: start}).now}
	for run, want := range []bool{true, false} {
		s, err := bolt.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if examined, _, _ := attempt(t, s, r43, "a", false); examined != want {
				t.Errorf("run %d: examined %v", run, examined)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
