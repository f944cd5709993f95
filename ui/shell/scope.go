package shell

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// A Scope runs the slow work of one screen: requests, communication with a
// security key, tickers. It is the only part of the console that starts
// goroutines and the only one that calls fyne.Do.
//
// Work runs in the background; its result is handled on the drawing thread. When
// the screen is left, the context ends and no more results are handled. Scopes
// nest: a child is left with its parent.
type Scope struct {
	ctx   context.Context // until the screen is left
	leave context.CancelFunc
	loop  *loop
}

// A loop is shared by all scopes of one console.
type loop struct {
	do      func(func()) // runs a function on the drawing thread
	every   func(ctx context.Context, d time.Duration, tick func())
	running sync.WaitGroup
	busy    atomic.Int64 // work that has begun and whose result is not handled yet
	opening *opening     // of a console with a window
}

// NewScope returns the root scope of a console with a window. Results wait until
// Settle.
func NewScope(ctx context.Context) *Scope {
	o := newOpening(fyne.Do)
	s := NewScopeOn(ctx, o.do)
	s.loop.opening = o
	return s
}

// Settle handles results until no work is left in any scope, or until limit is
// over. It is called once, on the drawing thread, before the window is shown.
func (s *Scope) Settle(limit time.Duration) { s.loop.opening.settle(s.loop, limit) }

// NewScopeOn returns a root scope that runs functions on the drawing thread with
// do. Tests use it with a queue they empty themselves, because Fyne's test driver
// runs fyne.Do on any thread.
func NewScopeOn(ctx context.Context, do func(func())) *Scope {
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

// Leave ends the scope's work. Results that are still to come are dropped.
func (s *Scope) Leave() { s.leave() }

// Left reports whether the scope was left.
func (s *Scope) Left() bool { return s.ctx.Err() != nil }

// Busy reports whether work of any scope is not handled yet.
func (s *Scope) Busy() bool { return s.Running() > 0 }

// Running is the number of tasks of all scopes whose results are not handled
// yet.
func (s *Scope) Running() int { return int(s.loop.busy.Load()) }

// Wait returns when all work of the console has ended. The caller has left the
// root scope.
func (s *Scope) Wait() { s.loop.running.Wait() }

// Go runs work in the background and then the function that it returned on the
// drawing thread, unless the scope was left or the function is nil.
func (s *Scope) Go(work func(ctx context.Context) (done func())) {
	if s.Left() {
		return
	}
	s.loop.busy.Add(1)
	s.loop.running.Go(func() {
		done := work(s.ctx)
		s.loop.do(func() {
			defer s.loop.busy.Add(-1)
			if done != nil && !s.Left() {
				done()
			}
		})
	})
}

// Follow runs work that continues until the scope is left. It passes functions to
// tell, which run on the drawing thread in order.
func (s *Scope) Follow(work func(ctx context.Context, tell func(func()))) {
	if s.Left() {
		return
	}
	s.loop.running.Go(func() { work(s.ctx, s.Tell) })
}

// Tell runs a function on the drawing thread, unless the scope was left.
func (s *Scope) Tell(f func()) {
	s.loop.do(func() {
		if !s.Left() {
			f()
		}
	})
}

// Every calls tick on the drawing thread, once per d, until the scope is left.
func (s *Scope) Every(d time.Duration, tick func()) {
	if s.Left() {
		return
	}
	s.loop.running.Go(func() { s.loop.every(s.ctx, d, tick) })
}
