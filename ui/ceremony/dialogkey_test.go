package ceremony_test

import (
	"context"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/webauthndll/webauthndlltest"
	"nightlatch/ui/uitest"
)

// A systemDialog is the system's own dialog with a software key.
type systemDialog struct {
	webauthndlltest.Key
	fate    atomic.Pointer[error] // the result, instead of the key's
	open    chan struct{}         // receives a value when the dialog opens; nil: it does not wait
	ended   chan error            // the reason for which a dialog that waited has ended
	waiting atomic.Bool           // the dialog stays open until it is cancelled
}

func (d *systemDialog) stop(ctx context.Context) error {
	if d.waiting.Load() {
		d.open <- struct{}{}
		<-ctx.Done()
		d.ended <- fido.ContextError(ctx)
		return fido.ErrCancelled
	}
	if err := d.fate.Load(); err != nil {
		return *err
	}
	return nil
}

func (d *systemDialog) Create(ctx context.Context, r fido.DialogCreation) (fido.DialogAttestation, error) {
	if err := d.stop(ctx); err != nil {
		return fido.DialogAttestation{}, err
	}
	return d.Key.Create(ctx, r)
}

func (d *systemDialog) Get(ctx context.Context, r fido.DialogRequest) (fido.Assertion, error) {
	if err := d.stop(ctx); err != nil {
		return fido.Assertion{}, err
	}
	return d.Key.Get(ctx, r)
}

// withDialog gives the console a system with a dialog for keys.
func withDialog(h *uitest.Harness, there ...fido.Device) *systemDialog {
	h.T.Helper()
	d := &systemDialog{open: make(chan struct{}, 1), ended: make(chan error, 1)}
	keys, err := fido.New(fido.Config{
		Open: noKey{}, Dialog: d, Origin: "http://localhost:8440",
		Devices: func(context.Context) ([]fido.Device, error) { return there, nil },
	})
	uitest.Must(h.T, err)
	h.Stop()
	h.Devices = keys
	h.Start()
	h.Console.Config.Features.KeyDialog = true
	return d
}

type noKey struct{}

func (noKey) Open(context.Context, string) (fido.Key, error) { return nil, fido.ErrRemoved }

// Where the system has a dialog for keys, adding a key and signing in open it at once,
// and show its errors in words of their own.
func TestKeyThroughTheSystemsDialog(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	d := withDialog(h)
	h.Ctrl(fyne.Key3)
	h.Sees("ui.keys.none", "ui.key.windows", "ui.key.windows.open")
	h.Misses("ui.keys.bluetooth", "Windows")

	begin := func() {
		h.Ctrl(fyne.Key3)
		h.Do("ui.keys.add")
		if h.Shows("wizard.overview.heading") {
			h.Press(fyne.KeyReturn)
		}
	}
	d.waiting.Store(true)
	begin()
	h.Sees("wizard.email.heading")
	h.Write("mara@example.org")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.key.windows", "wizard.key.windows-lead")
	<-d.open
	h.Do("wizard.cancel") // ends the system's dialog
	if err := <-d.ended; err != fido.ErrCancelled {
		t.Errorf("the dialog ended with %v", err)
	}
	h.Sees("ui.keys.none")

	d.waiting.Store(false)
	for _, tt := range []struct {
		err  error
		says []uitest.Key
	}{
		{fido.ErrCancelled, []uitest.Key{"error.key_cancelled.windows.what", "error.key_cancelled.windows.next", "wizard.key.retry"}},
		{fido.ErrTimeout, []uitest.Key{"error.key_timeout.windows.what", "wizard.key.retry"}},
		{fido.ErrNotAllowed, []uitest.Key{"error.key_not_allowed.windows.what", "wizard.key.retry"}},
		{&fido.AlreadyEnrolledError{}, []uitest.Key{"error.key_on_this_account.what", "error.key_on_this_account.windows.next"}},
		{fido.ErrNoSpace, []uitest.Key{"error.key_no_space.windows.next"}},
		{&fido.DialogError{Code: 0x8000_4005}, []uitest.Key{"error.key_dialog.what"}},
		{fido.ErrNoDialog, []uitest.Key{"error.key_no_dialog.what", "error.key_no_dialog.next"}},
	} {
		d.fate.Store(&tt.err)
		begin()
		h.Sees(tt.says...)
		h.Misses("wizard.key.see-contents") // the page cannot open such a key
		h.Do("wizard.cancel")
	}

	d.fate.Store(nil)
	begin()
	h.Sees("wizard.name.heading")
	h.Write("Top drawer")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.enroll-key")
	h.Press(fyne.KeyReturn)
	h.SeesText("Top drawer")
	begin() // the key's exclude list
	h.Sees("error.key_on_this_account.what")
	h.Do("wizard.cancel")
	h.Ctrl(fyne.Key3)
	h.Do("ui.keys.which")
	h.Sees("ui.keys.this-one")

	h.SignOut()
	d.fate.Store(&errTimeout)
	h.EnterPassword("mara", uitest.Password)
	h.Sees("error.key_timeout.windows.what")
	d.fate.Store(nil)
	h.Do("wizard.key.retry")
	h.Sees("ui.overview.methods")
}

var errTimeout = fido.ErrTimeout

// In a lab the dialog opens only when the person asks for it, because a virtual key may
// be plugged in instead.
func TestLabAsksBeforeTheSystemsDialog(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	withDialog(h)
	h.Ctrl(fyne.Key3)
	h.Do("ui.keys.add")
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.key.windows-lab", "wizard.key.open-lab")
	h.Do("wizard.key.windows-open")
	h.Sees("wizard.name.heading")
}
