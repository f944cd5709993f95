package webauthndll

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido"
)

// A fakeLibrary stands in for webauthn.dll.
type fakeLibrary struct {
	api       uint32
	fate      hresult
	noID      hresult // of cancellationID
	wait      bool    // until cancelled
	deaf      int     // cancellations that are lost
	cancelled chan struct{}
	asked     atomic.Int32 // to cancel
	freed     atomic.Int32
	hung      chan struct{} // closed to end a call that ignores cancellations
}

func newFake() *fakeLibrary {
	return &fakeLibrary{api: 3, cancelled: make(chan struct{}), hung: make(chan struct{})}
}

func (f *fakeLibrary) version() uint32 { return f.api }
func (f *fakeLibrary) window() uintptr { return 1 }
func (f *fakeLibrary) result() hresult {
	if f.wait {
		select {
		case <-f.cancelled:
			return nteUserCancelled
		case <-f.hung:
		}
	}
	return f.fate
}

func (f *fakeLibrary) makeCredential(_ uintptr, m *making) (*credentialAttestation, hresult) {
	if h := f.result(); h != 0 {
		return nil, h
	}
	return anAttestation(), 0
}

func (f *fakeLibrary) getAssertion(_ uintptr, g *getting) (*assertion, hresult) {
	if h := f.result(); h != 0 {
		return nil, h
	}
	return anAssertion(), 0
}
func (f *fakeLibrary) freeAttestation(*credentialAttestation) { f.freed.Add(1) }
func (f *fakeLibrary) freeAssertion(*assertion)               { f.freed.Add(1) }
func (f *fakeLibrary) cancellationID(*guid) hresult           { return f.noID }
func (f *fakeLibrary) errorName(hresult) string               { return "" }
func (f *fakeLibrary) cancel(*guid) hresult {
	if int(f.asked.Add(1)) > f.deaf {
		close(f.cancelled)
	}
	return 0
}

func (f *fakeLibrary) dialog() dialog { return dialog{load: func() (library, error) { return f, nil }} }

// Both operations return what the library returned, and free it once.
func TestOperations(t *testing.T) {
	t.Parallel()
	f := newFake()
	made, err := f.dialog().Create(t.Context(), creation)
	if err != nil || made.Transport != fido.NFC {
		t.Errorf("%+v, %v", made, err)
	}
	got, err := f.dialog().Get(t.Context(), fido.DialogRequest{RPID: "localhost"})
	if err != nil || string(got.CredentialID) != "the-id" {
		t.Errorf("%+v, %v", got, err)
	}
	if n := f.freed.Load(); n != 2 {
		t.Errorf("%d answers were freed", n)
	}
	if err := f.dialog().Check(); err != nil {
		t.Error(err)
	}
}

// Without the library, or with one of no version, there is no dialog.
func TestOldWindows(t *testing.T) {
	t.Parallel()
	old := newFake()
	old.api = 0
	for _, d := range []dialog{old.dialog(), {load: func() (library, error) { return nil, errors.New("webauthn.dll was not found") }}} {
		_, created := d.Create(t.Context(), creation)
		_, got := d.Get(t.Context(), fido.DialogRequest{})
		for _, err := range []error{created, got, d.Check()} {
			if !errors.Is(err, fido.ErrNoDialog) {
				t.Error(err)
			}
		}
	}
}

// Each result has its error.
func TestResults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		h            hresult
		name         string
		create, get  error
		verification error // instead of both, if a verified user is required
	}{
		{h: nteExists, create: fido.ErrAlreadyEnrolled, get: fido.ErrDialog},
		{h: nteNotFound, create: fido.ErrDialog, get: fido.ErrNotEnrolled},
		{h: nteStorageFull, create: fido.ErrNoSpace, get: fido.ErrNoSpace},
		{h: nteDeviceNotFound, create: fido.ErrNoKey, get: fido.ErrNoKey},
		{h: nteUserCancelled, create: fido.ErrCancelled, get: fido.ErrCancelled},
		{h: errorCancelled, create: fido.ErrCancelled, get: fido.ErrCancelled},
		{h: errorTimeout, create: fido.ErrTimeout, get: fido.ErrTimeout},
		{h: nteNotSupported, create: fido.ErrIncapable, get: fido.ErrIncapable, verification: fido.ErrNoVerification},
		{h: errorNotSupported, create: fido.ErrIncapable, get: fido.ErrIncapable, verification: fido.ErrNoVerification},
		{h: errorAccessDisabled, create: fido.ErrNoPermission, get: fido.ErrNoPermission},
		{h: errorServiceDisabled, create: fido.ErrNoPermission, get: fido.ErrNoPermission},
		{h: nteInvalidParameter, name: "NotSupportedError", create: fido.ErrDialog, get: fido.ErrDialog},
		{h: 0x8000_4005, name: "UnknownError", create: fido.ErrDialog, get: fido.ErrDialog},
		{h: 0x8123_4567, name: "InvalidStateError", create: fido.ErrAlreadyEnrolled, get: fido.ErrDialog},
		{h: 0x8123_4567, name: "NotAllowedError", create: fido.ErrNotAllowed, get: fido.ErrNotAllowed},
		{h: 0x8000_ffff, create: fido.ErrDialog, get: fido.ErrDialog},
	} {
		if err := asError(tt.h, tt.name, true, false); !errors.Is(err, tt.create) {
			t.Errorf("%#x while creating: %v, want %v", tt.h, err, tt.create)
		}
		if err := asError(tt.h, tt.name, false, false); !errors.Is(err, tt.get) {
			t.Errorf("%#x while signing: %v, want %v", tt.h, err, tt.get)
		}
		if err := asError(tt.h, tt.name, true, true); tt.verification != nil && !errors.Is(err, tt.verification) {
			t.Errorf("%#x while verifying: %v, want %v", tt.h, err, tt.verification)
		}
	}
	f := newFake()
	f.fate = nteExists
	if _, err := f.dialog().Create(t.Context(), creation); !errors.Is(err, fido.ErrAlreadyEnrolled) || f.freed.Load() != 0 {
		t.Error(err)
	}
	f = newFake()
	f.noID = 0x8000_4005
	if _, err := f.dialog().Create(t.Context(), creation); !errors.Is(err, fido.ErrDialog) {
		t.Error(err)
	}
	var with *fido.DialogError
	if err := asError(0x8000_ffff, "UnknownError", true, false); !errors.As(err, &with) || with.Code != 0x8000_ffff || with.Error() == fido.ErrDialog.Error() {
		t.Errorf("%v", err)
	}
}

// A cancellation that comes before the operation is lost, so it is repeated. An operation
// that ignores it is left behind.
func TestCancellation(t *testing.T) {
	t.Parallel()
	for name, deaf := range map[string]int{"at once": 0, "the third is heard": 2} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.wait, f.deaf = true, deaf
			ctx, stop := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, stop)
			_, err := f.dialog().Create(ctx, creation)
			if !errors.Is(err, fido.ErrCancelled) || int(f.asked.Load()) != deaf+1 {
				t.Errorf("%s: %v after %d cancellations", name, err, f.asked.Load())
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.wait, f.deaf = true, 1000
		ctx, stop := context.WithTimeoutCause(t.Context(), time.Second, fido.ErrTimeout)
		defer stop()
		begun := time.Now()
		_, err := f.dialog().Get(ctx, fido.DialogRequest{})
		if took := time.Since(begun); !errors.Is(err, fido.ErrTimeout) || took != time.Second+cancelFor {
			t.Errorf("a library that hangs: %v after %v", err, took)
		}
		close(f.hung)
		synctest.Wait()
		if n := f.freed.Load(); n != 1 {
			t.Errorf("the late answer was freed %d times", n)
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	f := newFake()
	if _, err := f.dialog().Create(ctx, creation); !errors.Is(err, fido.ErrCancelled) || f.asked.Load() != 0 {
		t.Errorf("begun after the end: %v", err)
	}
}
