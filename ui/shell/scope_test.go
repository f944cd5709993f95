package shell

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A queue is the drawing thread of a test: results wait here until the test handles
// them.
type queue chan func()

func (q queue) do(f func()) { q <- f }

// settle handles results until no work is left.
func (q queue) settle(t testing.TB, s *Scope) {
	t.Helper()
	for s.loop.busy.Load() > 0 || len(q) > 0 {
		select {
		case f := <-q:
			f()
		case <-time.After(30 * time.Second):
			t.Fatal("work is still under way after 30 s")
		}
	}
}

func TestScopeRunsResultsOnTheDrawingThread(t *testing.T) {
	t.Parallel()
	q := make(queue, 8)
	s := NewScopeOn(t.Context(), q.do)
	told := ""
	s.Go(func(context.Context) func() { return func() { told += "a" } })
	q.settle(t, s)
	if told != "a" {
		t.Errorf("told %q", told)
	}
	s.Leave()
	s.Wait()
}

func TestScopeRunsNothingAfterItIsLeft(t *testing.T) {
	t.Parallel()
	q := make(queue, 8)
	outer := NewScopeOn(t.Context(), q.do)
	s := outer.Child()
	begun, told := make(chan struct{}), false
	s.Go(func(ctx context.Context) func() {
		close(begun)
		<-ctx.Done()
		return func() { told = true }
	})
	<-begun
	s.Leave()
	q.settle(t, outer)
	s.Go(func(context.Context) func() { told = true; return nil })
	s.Tell(func() { told = true })
	q.settle(t, outer)
	if told {
		t.Error("a function ran after the scope was left")
	}
	if outer.Left() {
		t.Error("the parent scope was left too")
	}
	outer.Leave()
	outer.Wait()
}

func TestScopeTicksUntilLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ticks := 0
		s := NewScopeOn(t.Context(), func(f func()) { f() })
		s.Every(time.Second, func() { ticks++ })
		<-time.After(3*time.Second + time.Millisecond)
		synctest.Wait()
		s.Leave()
		s.Wait()
		if ticks != 3 {
			t.Errorf("%d ticks in 3 s", ticks)
		}
	})
}

// Results before the window is shown are handled by Settle, in order. Later ones go to
// Fyne's loop.
func TestOpening(t *testing.T) {
	t.Parallel()
	var later []func()
	o := newOpening(func(f func()) { later = append(later, f) })
	s := NewScopeOn(t.Context(), o.do)
	s.loop.opening = o
	told := ""
	s.Go(func(context.Context) func() {
		return func() {
			told += "a"
			s.Go(func(context.Context) func() { return func() { told += "b" } })
		}
	})
	s.Settle(time.Minute)
	if told != "ab" || len(later) > 0 {
		t.Fatalf("told %q, %d left for later", told, len(later))
	}
	s.Go(func(context.Context) func() { return func() { told += "c" } })
	s.Wait()
	if len(later) != 1 || told != "ab" {
		t.Errorf("after the opening: told %q, %d for later", told, len(later))
	}
}

func TestOpeningHasATimeLimit(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	o := newOpening(func(func()) {})
	s := NewScopeOn(t.Context(), o.do)
	s.loop.opening = o
	told := false
	s.Tell(func() { told = true })
	s.Go(func(context.Context) func() { <-done; return nil })
	s.Settle(time.Millisecond)
	if !told {
		t.Error("a queued function was lost")
	}
	close(done)
	s.Wait()
}
