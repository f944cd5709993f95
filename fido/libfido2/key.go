//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"syscall"
	"time"

	"nightlatch/fido"
)

// lockFor is how long another program that has the key is waited for: less than a
// call that needs no person is given. libfido2 would wait 21 seconds, deaf to
// being cancelled.
const lockFor = 2500 * time.Millisecond

// A key is one path, open from its first call on. Calls are made one at a time.
type key struct {
	path    string
	watch   watch
	session *session // nil: not open
}

// Close lets go of the key.
func (k *key) Close() error {
	if k.session != nil {
		k.session.close()
	}
	return k.watch.close()
}

// call runs f with the open key and translates its errors. It returns within three
// seconds of the end of ctx.
func call[T any](ctx context.Context, k *key, patience time.Duration, f func(*session) (T, error)) (T, error) {
	var none T
	if err := fido.ContextError(ctx); err != nil {
		return none, err
	}
	if err := k.open(ctx); err != nil {
		return none, err
	}
	s := k.session
	if !s.obeys() {
		patience = atOnce
	}
	o, over := start(func() (T, error) { return f(s) }).wait(ctx, patience, s, func(outcome[T]) { s.close() })
	switch {
	case !over:
		k.session = nil
		return none, fido.ContextError(ctx)
	case broken(o.err), s.broken():
		s.close()
		k.session = nil
		k.watch.settle()
	}
	return o.value, k.translate(ctx, o.err, true)
}

// broken tells whether after such an error nobody knows what the key says next.
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
	// libfido2 opens the key without close-on-exec. Until that is mended no child
	// process may start: it would inherit the key, and its lock with it.
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

// opener ends an opening, which nothing but breaking off ends.
type opener struct{}

func (opener) cancel() {}
func (opener) sever()  {}

// free waits a while until no other program has the key.
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

// sweep marks the descriptor that libfido2 opens for path as close-on-exec as soon
// as it is there. It looks for 100 ms at most; over says that the run has ended
// meanwhile.
func (r run[T]) sweep(path string) (o outcome[T], over bool) {
	pause := 100 * time.Microsecond
	for range 10 {
		if closeOnExec(path) {
			return o, false
		}
		select {
		case o := <-r.done:
			closeOnExec(path) // it may have opened the key since we looked
			return o, true
		case <-time.After(pause):
			pause *= 2
		}
	}
	return o, false
}
