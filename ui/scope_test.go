package ui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A queue is the drawing thread of a test: what scopes tell waits here until the
// test takes it.
type queue chan func()

func (q queue) do(f func()) { q <- f }

// settle runs what is told until nothing is under way any more.
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

func TestScopeTellsOnTheDrawingThread(t *testing.T) {
	t.Parallel()
	q := make(queue, 8)
	s := newScope(t.Context(), q.do)
	told := ""
	s.Go(func(context.Context) func() { return func() { told += "a" } })
	q.settle(t, s)
	if told != "a" {
		t.Errorf("told %q", told)
	}
	s.Leave()
	s.Wait()
}

func TestScopeLeftTellsNothing(t *testing.T) {
	t.Parallel()
	q := make(queue, 8)
	outer := newScope(t.Context(), q.do)
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
		t.Error("a screen that was left was told something")
	}
	if outer.Left() {
		t.Error("leaving a screen left the console")
	}
	outer.Leave()
	outer.Wait()
}

func TestScopeTicksUntilLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ticks := 0
		s := newScope(t.Context(), func(f func()) { f() })
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
