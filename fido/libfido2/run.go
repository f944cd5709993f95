//go:build cgo && !nofido

package libfido2

import (
	"context"
	"time"
)

// The time limits for ending a call. A call that waits for a touch is cancelled for up
// to two seconds, then interrupted. After three seconds the caller returns in any case.
// A call that does not wait for a touch is interrupted at once.
const (
	cancelEvery    = 100 * time.Millisecond
	cancelFor      = 2 * time.Second
	interruptEvery = 50 * time.Millisecond
	giveUpAfter    = 2800 * time.Millisecond
	atOnce         = time.Duration(0)
	answerLag      = 50 * time.Millisecond // maximum delay of the answer to an interrupted call
)

// A run is a call of libfido2 on a separate thread.
type run[T any] struct {
	thread thread
	done   chan outcome[T] // one value
}

type outcome[T any] struct {
	value T
	err   error
}

func start[T any](f func() (T, error)) run[T] {
	entered, done := make(chan thread), make(chan outcome[T], 1)
	go func() {
		t := enterThread()
		defer t.leave()
		entered <- t
		var o outcome[T]
		o.value, o.err = f()
		done <- o
	}()
	return run[T]{thread: <-entered, done: done}
}

// An ender ends a run. cancel sends the key a cancel, and may block. disconnect cuts the
// run off from the key.
type ender interface {
	cancel()
	disconnect()
}

// wait returns the run's outcome. After ctx ends, it ends the run: first with cancel,
// which may block, for as long as patience, then with disconnect and an interrupt. It
// returns at most three seconds after ctx ends.
//
// If the thread or cancel is then still stuck in the kernel, over is false, and left is
// called with the outcome once both have ended.
func (r run[T]) wait(ctx context.Context, patience time.Duration, end ender, left func(outcome[T])) (o outcome[T], over bool) {
	select {
	case o := <-r.done:
		return o, true
	case <-ctx.Done():
	}
	begun := time.Now()
	tick := time.NewTicker(interruptEvery)
	defer tick.Stop()
	asked := make(chan struct{})
	close(asked)
	var ended, disconnected bool
	for next := begun; !ended; {
		now := time.Now()
		switch {
		case now.Sub(begun) >= giveUpAfter:
			go func() {
				late := <-r.done
				<-asked
				left(late)
			}()
			return o, false
		case now.Sub(begun) >= patience:
			if !disconnected {
				disconnected = true
				end.disconnect()
			}
			r.thread.interrupt()
		case !now.Before(next):
			next = now.Add(cancelEvery)
			asked = repeatCancel(end.cancel, asked)
		}
		select {
		case o = <-r.done:
			ended = true
		case <-tick.C:
		}
	}
	select {
	case <-asked:
		return o, true
	case <-time.After(time.Until(begun.Add(giveUpAfter))):
	}
	go func() {
		<-asked
		left(o)
	}()
	return o, false
}

// repeatCancel calls cancel unless the last call has not returned yet: it writes to the key,
// which may block.
func repeatCancel(cancel func(), before chan struct{}) chan struct{} {
	select {
	case <-before:
	default:
		return before
	}
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		cancel()
	}()
	return asked
}
