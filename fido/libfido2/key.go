//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"syscall"
	"time"

	"nightlatch/fido"
)

// lockFor is how long to wait while another program has the key. It is less than the
// timeout of a call that needs no user. libfido2 itself would wait 21 seconds and could
// not be cancelled.
const lockFor = 2500 * time.Millisecond

// A key is an opened path. The first call opens the session. Calls do not overlap.
type key struct {
	path    string
	watch   watch
	session *session // nil while the key is not open
}

// Gone reports whether the key was removed.
func (k *key) Gone() bool { return k.watch.gone() }

// Close closes the key.
func (k *key) Close() error {
	if k.session != nil {
		k.session.close()
	}
	return k.watch.close()
}

// call runs f with the open key and translates its errors. It returns at most three
// seconds after ctx ends.
func call[T any](ctx context.Context, k *key, patience time.Duration, f func(*session) (T, error)) (T, error) {
	var none T
	if err := fido.ContextError(ctx); err != nil {
		return none, err
	}
	if err := k.open(ctx); err != nil {
		return none, err
	}
	s := k.session
	cancels := s.canCancel() && patience > atOnce
	if !cancels {
		patience = atOnce
	}
	o, over := start(func() (T, error) { return f(s) }).wait(ctx, patience, s, func(outcome[T]) { s.close() })
	switch {
	case !over:
		k.session = nil
		return none, unanswered(ctx, cancels)
	case broken(o.err), s.broken():
		s.close()
		k.session = nil
		k.watch.settle()
	}
	err := k.translate(ctx, o.err, true)
	if s.broken() && errors.Is(err, fido.ErrTimeout) {
		err = unanswered(ctx, cancels)
	}
	return o.value, err
}

// unanswered returns the reason for a call that was cut off. A key that waits
// for a touch obeys a cancel. A key that does not obey may never have asked
// for a touch.
func unanswered(ctx context.Context, cancels bool) error {
	err := fido.ContextError(ctx)
	if cancels && errors.Is(err, fido.ErrTimeout) {
		return &fido.SilentError{Phase: fido.PhaseTouched}
	}
	return err
}

// broken reports whether the session is unusable after err, because a late answer may
// still arrive.
func broken(err error) bool {
	var s status
	return err != nil && (!errors.As(err, &s) || s < 0 && s != presenceRequired)
}

// open opens the key unless it is open.
func (k *key) open(ctx context.Context) error {
	if k.session != nil {
		return nil
	}
	if err := k.free(ctx); err != nil {
		return err
	}
	if err := k.watch.greet(ctx); err != nil {
		return k.translate(ctx, err, false)
	}
	// libfido2 opens the key without close-on-exec. Until sweep has set it, no child
	// process may start: it would inherit the descriptor and the lock on the key.
	syscall.ForkLock.RLock()
	opening := start(func() (*session, error) { return dial(k.path) })
	o, over := opening.sweep(k.path)
	syscall.ForkLock.RUnlock()
	if !over {
		o, over = opening.wait(ctx, atOnce, opener{}, func(late outcome[*session]) {
			if late.err == nil {
				late.value.close()
			}
		})
	}
	if !over {
		return fido.ContextError(ctx)
	}
	if o.err != nil {
		k.watch.settle()
	}
	k.session = o.value
	return k.translate(ctx, o.err, false)
}

// opener is the ender of a call that opens a key. It can only be interrupted.
type opener struct{}

func (opener) cancel()     {}
func (opener) disconnect() {}

// free waits until no other program has the key, at most for lockFor.
func (k *key) free(ctx context.Context) error {
	tick := time.NewTicker(interruptEvery)
	defer tick.Stop()
	enough := time.NewTimer(lockFor)
	defer enough.Stop()
	for {
		switch {
		case k.watch.gone():
			return fido.ErrRemoved
		case !k.watch.locked():
			k.watch.clear()
			return nil
		}
		select {
		case <-ctx.Done():
			return fido.ContextError(ctx)
		case <-enough.C:
			return fido.ErrBusy
		case <-tick.C:
		}
	}
}

// sweep sets close-on-exec on the descriptor that libfido2 opens for path. It polls for
// the descriptor for at most 100 ms. over reports that the run ended meanwhile.
func (r run[T]) sweep(path string) (o outcome[T], over bool) {
	pause := 100 * time.Microsecond
	for range 10 {
		if closeOnExec(path) {
			return o, false
		}
		select {
		case o := <-r.done:
			closeOnExec(path) // the key may have been opened since the last poll
			return o, true
		case <-time.After(pause):
			pause *= 2
		}
	}
	return o, false
}
