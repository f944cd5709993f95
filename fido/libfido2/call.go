//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"syscall"
	"time"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
)

// How a call is ended: a key that waits for a touch is asked to give up for two
// seconds, then the call is broken off, and by three seconds the caller is free
// whatever happened. Asking a key that waits for nobody is no use.
const (
	cancelEvery = 100 * time.Millisecond // a cancel that is sent before the key is open is lost
	cancelFor   = 2 * time.Second
	breakEvery  = 50 * time.Millisecond
	giveUpAfter = 2800 * time.Millisecond
	atOnce      = time.Duration(0)

	lockFor = 2500 * time.Millisecond // less than a call that needs no person is given
)

// call runs f, which blocks in libfido2, on a thread of its own, and ends it when
// ctx ends, breaking it off after patience. It returns within three seconds of that.
//
// Should the kernel not let go of the thread even then, the goroutine is left
// behind to end by itself. The key stays locked that long, and the next ceremony
// finds it busy.
func (k *key) call(ctx context.Context, patience time.Duration, f func(*golib.Device) error) error {
	if err := fido.Ended(ctx); err != nil {
		return err
	}
	if err := k.free(ctx); err != nil {
		return err
	}
	d, err := golib.NewDevice(k.path)
	if err != nil {
		return errors.Join(fido.ErrRemoved, err)
	}
	// libfido2 opens the key without close-on-exec. Until that is mended no child
	// process may start: it would inherit the key, and its lock with it.
	syscall.ForkLock.RLock()
	entered, done := make(chan thread, 1), make(chan error, 1)
	go func() {
		t := enterThread()
		defer t.leave()
		entered <- t
		done <- f(d)
	}()
	t := <-entered
	err, over := sweepUntil(k.path, done)
	syscall.ForkLock.RUnlock()
	if !over {
		select {
		case err = <-done:
		case <-ctx.Done():
			err = stop(d, t, patience, done)
		}
	}
	return k.translate(ctx, err)
}

// free waits a while until no other program has the key. libfido2
// would wait too, but 21 seconds and deaf to being cancelled.
func (k *key) free(ctx context.Context) error {
	tick := time.NewTicker(breakEvery)
	defer tick.Stop()
	enough := time.NewTimer(lockFor)
	defer enough.Stop()
	for {
		switch {
		case k.watch.gone():
			return fido.ErrRemoved
		case !k.watch.locked():
			return nil
		}
		select {
		case <-ctx.Done():
			return fido.Ended(ctx)
		case <-enough.C:
			return fido.ErrBusy
		case <-tick.C:
		}
	}
}

// sweepUntil marks the descriptor that libfido2 opens for path as close-on-exec
// as soon as it is there. It looks for 100 ms at most; over says that the call
// has ended meanwhile.
func sweepUntil(path string, done <-chan error) (err error, over bool) {
	pause := 100 * time.Microsecond
	for range 10 {
		if closeOnExec(path) {
			return nil, false
		}
		select {
		case err := <-done:
			return err, true
		case <-time.After(pause):
			pause *= 2
		}
	}
	return nil, false
}

// errStuck is what a call that could not be ended comes to; it never leaves the
// package, since the end of the context explains it.
var errStuck = errors.New("libfido2: the key does not let go")

// stop ends a running call: it asks the key to cancel, then breaks the call off.
func stop(d *golib.Device, t thread, patience time.Duration, done <-chan error) error {
	begun := time.Now()
	tick := time.NewTicker(breakEvery)
	defer tick.Stop()
	asked := make(chan struct{})
	close(asked)
	for next := begun; ; {
		now := time.Now()
		switch {
		case now.Sub(begun) >= giveUpAfter:
			return errStuck
		case now.Sub(begun) >= patience:
			t.interrupt()
		case !now.Before(next):
			next = now.Add(cancelEvery)
			asked = cancel(d, asked)
		}
		select {
		case err := <-done:
			return err
		case <-tick.C:
		}
	}
}

// cancel asks the key to give up, unless it still chews on being asked before: the
// request is a write to the key, and that can block too.
func cancel(d *golib.Device, before chan struct{}) chan struct{} {
	select {
	case <-before:
	default:
		return before
	}
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		_ = d.Cancel() // U2F keys do not know it; they are broken off
	}()
	return asked
}
