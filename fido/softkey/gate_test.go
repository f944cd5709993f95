package softkey

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		changes := 0
		g := &Gate{Linger: time.Second, Changed: func() { changes++ }}
		got := make(chan error)
		wait := func() { go func() { got <- g.Wait(t.Context()) }() }

		wait()
		synctest.Wait()
		if !g.Waiting() || changes != 1 {
			t.Errorf("waiting %v, %d changes", g.Waiting(), changes)
		}
		g.Touch()
		if err := <-got; err != nil || g.Waiting() {
			t.Errorf("touched: %v, waiting %v", err, g.Waiting())
		}

		g.Touch() // before the key waits
		wait()
		if err := <-got; err != nil {
			t.Errorf("an early touch: %v", err)
		}
		wait() // an early touch counts once
		synctest.Wait()
		if !g.Waiting() {
			t.Error("one touch counted twice")
		}
		g.Touch()
		<-got

		g.Touch()
		<-time.After(2 * time.Second) // the early touch ends
		wait()
		synctest.Wait()
		if !g.Waiting() {
			t.Error("a touch of two seconds ago counted")
		}
		g.SetAuto(true)
		<-got
		wait()
		if err := <-got; err != nil || !g.Auto() {
			t.Errorf("automatic: %v", err)
		}
	})
}

// A polled gate waits for a touch as long as it is polled. One touch is one answer.
func TestGateIsPolled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var changes atomic.Int32
		g := &Gate{Changed: func() { changes.Add(1) }}
		for range 20 { // as a host does
			if g.Poll() {
				t.Fatal("touched without a touch")
			}
			<-time.After(100 * time.Millisecond)
		}
		if !g.Waiting() || changes.Load() != 1 {
			t.Errorf("waiting %v, %d changes", g.Waiting(), changes.Load())
		}
		g.Touch()
		if !g.Poll() || g.Waiting() || changes.Load() != 2 {
			t.Errorf("touched: waiting %v, %d changes", g.Waiting(), changes.Load())
		}
		if g.Poll() {
			t.Error("one touch counted twice")
		}
		<-time.After(pollLife)
		synctest.Wait()
		if g.Waiting() || changes.Load() != 4 {
			t.Errorf("after the last poll: waiting %v, %d changes", g.Waiting(), changes.Load())
		}
		g.Touch()
		if g.Poll() {
			t.Error("an expired touch counted")
		}
		g.SetAuto(true)
		for range 2 {
			if !g.Poll() {
				t.Error("no automatic touch")
			}
		}
	})
}
