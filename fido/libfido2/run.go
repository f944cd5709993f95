//go:build cgo && !nofido

package libfido2

import (
	"context"
	"time"
)

// How a call is ended: a key that waits for a touch is asked to give up for two
// seconds, then the call is broken off, and by three seconds the caller is free
// whatever happened. Asking a key that waits for nobody is no use.
const (
	cancelEvery = 100 * time.Millisecond
	cancelFor   = 2 * time.Second
	breakEvery  = 50 * time.Millisecond
	giveUpAfter = 2800 * time.Millisecond
	atOnce      = time.Duration(0)
	answerLag   = 50 * time.Millisecond // how late the answer to a call that was broken off may be
)

// A run is a function that blocks in libfido2, on a thread of its own.
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

// An ender ends a run. cancel asks the key, and can block; sever takes the key away
// from it.
type ender interface {
	cancel()
	sever()
}

// wait returns what the run comes to. Once ctx has ended it ends the run: for as
// long as patience lasts by cancel, which may block, then by breaking it off. It
// returns within three seconds of that.
//
// Should the kernel not let go of the thread even then, or of cancel, over is
// false, and left is called with what it came to once both have ended.
func (r run[T]) wait(ctx context.Context, patience time.Duration, end ender, left func(outcome[T])) (o outcome[T], over bool) {
	select {
	case o := <-r.done:
		return o, true
	case <-ctx.Done():
	}
	begun := time.Now()
	tick := time.NewTicker(breakEvery)
	defer tick.Stop()
	asked := make(chan struct{})
	close(asked)
	var ended, severed bool
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
			if !severed {
				severed = true
				end.sever()
			}
			r.thread.interrupt()
		case !now.Before(next):
			next = now.Add(cancelEvery)
			asked = again(end.cancel, asked)
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

// again calls cancel unless it has not returned since the last time: the request is
// a write to the key, and that can block too.
func again(cancel func(), before chan struct{}) chan struct{} {
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
