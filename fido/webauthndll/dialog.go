package webauthndll

import (
	"context"
	"runtime"
	"time"

	"nightlatch/fido"
)

// A library is the functions of webauthn.dll. They block, so each call has its own
// goroutine.
type library interface {
	version() uint32
	makeCredential(window uintptr, m *making) (*credentialAttestation, hresult)
	freeAttestation(a *credentialAttestation)
	getAssertion(window uintptr, g *getting) (*assertion, hresult)
	freeAssertion(a *assertion)
	cancellationID(id *guid) hresult
	cancel(id *guid) hresult
	errorName(h hresult) string
	window() uintptr // the owner of the dialog
}

// A dialog implements fido.Dialog.
type dialog struct {
	load func() (library, error) // the same library each time
}

// usable loads the library. It returns fido.ErrNoDialog if this Windows has none.
func (d dialog) usable() (library, error) {
	lib, err := d.load()
	if err != nil || lib.version() < 1 {
		return nil, fido.ErrNoDialog
	}
	return lib, nil
}

// Check returns fido.ErrNoDialog if this version of Windows has no such dialog.
func (d dialog) Check() error {
	_, err := d.usable()
	return err
}

// Create is part of fido.Dialog.
func (d dialog) Create(ctx context.Context, r fido.DialogCreation) (fido.DialogAttestation, error) {
	lib, err := d.usable()
	if err != nil {
		return fido.DialogAttestation{}, err
	}
	return run(ctx, lib, func(id *guid) (fido.DialogAttestation, error) {
		m := newMaking(r, lib.version(), id)
		got, h := lib.makeCredential(lib.window(), m)
		runtime.KeepAlive(m)
		if h.failed() {
			return fido.DialogAttestation{}, asError(h, lib.errorName(h), true, r.Verification == "required")
		}
		if got != nil {
			defer lib.freeAttestation(got)
		}
		return readAttestation(got)
	})
}

// Get is part of fido.Dialog.
func (d dialog) Get(ctx context.Context, r fido.DialogRequest) (fido.Assertion, error) {
	lib, err := d.usable()
	if err != nil {
		return fido.Assertion{}, err
	}
	return run(ctx, lib, func(id *guid) (fido.Assertion, error) {
		g := newGetting(r, lib.version(), id)
		got, h := lib.getAssertion(lib.window(), g)
		runtime.KeepAlive(g)
		if h.failed() {
			return fido.Assertion{}, asError(h, lib.errorName(h), false, r.Verification == "required")
		}
		if got != nil {
			defer lib.freeAssertion(got)
		}
		return readAssertion(got)
	})
}

const (
	cancelEvery = 200 * time.Millisecond
	cancelFor   = 3 * time.Second
)

// run runs call on a thread of its own. When ctx ends, it cancels the operation, again
// and again, because a cancellation before the operation has begun is lost. A call that
// does not end within three seconds is left behind, and its result is ignored.
func run[T any](ctx context.Context, lib library, call func(*guid) (T, error)) (T, error) {
	var none T
	if err := fido.ContextError(ctx); err != nil {
		return none, err
	}
	id := new(guid)
	if h := lib.cancellationID(id); h.failed() {
		return none, asError(h, lib.errorName(h), false, false)
	}
	type result struct {
		got T
		err error
	}
	ended := make(chan result, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		got, err := call(id)
		ended <- result{got, err}
	}()
	select {
	case r := <-ended:
		return r.got, r.err
	case <-ctx.Done():
	}
	again, enough := time.NewTicker(cancelEvery), time.NewTimer(cancelFor)
	defer again.Stop()
	defer enough.Stop()
	for {
		lib.cancel(id)
		select {
		case r := <-ended:
			return r.got, r.err
		case <-enough.C:
			return none, fido.ContextError(ctx)
		case <-again.C:
		}
	}
}
