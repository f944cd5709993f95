package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// A Scope is where the slow work of one screen runs: calls to the server, talks
// with a security key, clocks that tick. It is the only place of the console
// that starts a goroutine, and the only one that calls fyne.Do.
//
// Work runs aside; what it found is told on the thread that draws. When the
// screen is left its context ends and nothing more is told. Screens nest: a
// child is left with its parent.
type Scope struct {
	ctx   context.Context // as long as the screen is shown
	leave context.CancelFunc
	loop  *loop
}

// A loop is what all scopes of one console share.
type loop struct {
	do      func(func()) // runs a function on the thread that draws
	every   func(ctx context.Context, d time.Duration, tick func())
	running sync.WaitGroup
	busy    atomic.Int64 // works that have begun and whose results have not been told
	opening *opening     // of a console with a window
}

// NewScope returns the outermost scope of a console with a window. What is told
// waits until Settle.
func NewScope(ctx context.Context) *Scope {
	o := newOpening(fyne.Do)
	s := newScope(ctx, o.do)
	s.loop.opening = o
	return s
}

// Settle waits until nothing is under way that was begun in any scope, or until
// limit is over. It is called once, on the thread that draws, before the window
// is shown.
func (s *Scope) Settle(limit time.Duration) { s.loop.opening.settle(s.loop, limit) }

// newScope takes the way onto the drawing thread: fyne.Do in a window, a queue
// that the test empties in tests, where Fyne would run it on any thread.
func newScope(ctx context.Context, do func(func())) *Scope {
	l := &loop{do: do}
	l.every = func(ctx context.Context, d time.Duration, tick func()) {
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				l.do(func() {
					if ctx.Err() == nil {
						tick()
					}
				})
			}
		}
	}
	ctx, leave := context.WithCancel(ctx)
	return &Scope{ctx: ctx, leave: leave, loop: l}
}

// Child returns a scope that is left with s, or earlier.
func (s *Scope) Child() *Scope {
	ctx, leave := context.WithCancel(s.ctx)
	return &Scope{ctx: ctx, leave: leave, loop: s.loop}
}

// Leave ends the scope's work. What is on its way comes to nothing.
func (s *Scope) Leave() { s.leave() }

// Left reports whether the scope was left.
func (s *Scope) Left() bool { return s.ctx.Err() != nil }

// Wait returns when all work of the console has ended. The caller has left the
// outermost scope.
func (s *Scope) Wait() { s.loop.running.Wait() }

// Go runs work aside and then, unless the scope was left meanwhile, the function
// that it returned, on the thread that draws. A nil function tells nothing.
func (s *Scope) Go(work func(ctx context.Context) (tell func())) {
	if s.Left() {
		return
	}
	s.loop.busy.Add(1)
	s.loop.running.Go(func() {
		tell := work(s.ctx)
		s.loop.do(func() {
			defer s.loop.busy.Add(-1)
			if tell != nil && !s.Left() {
				tell()
			}
		})
	})
}

// Follow runs work that goes on until the scope is left, and may tell things
// meanwhile, in order.
func (s *Scope) Follow(work func(ctx context.Context, tell func(func()))) {
	if s.Left() {
		return
	}
	s.loop.running.Go(func() { work(s.ctx, s.Tell) })
}

// Tell runs a function on the thread that draws, unless the scope was left.
func (s *Scope) Tell(f func()) {
	s.loop.do(func() {
		if !s.Left() {
			f()
		}
	})
}

// Every calls tick on the thread that draws, once per d, until the scope is left.
func (s *Scope) Every(d time.Duration, tick func()) {
	if s.Left() {
		return
	}
	s.loop.running.Go(func() { s.loop.every(s.ctx, d, tick) })
}
