//go:build cgo && linux && !race

package uitest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// A Desk has virtual keys, which the real libfido2 opens, and keys with a
// fault. It simulates the state of the NFC reader and the locked keys.
type Desk struct {
	*virtual.Bench
	H *Harness

	mu     sync.Mutex
	Odd    []fido.Device // keys with a fault
	Locked map[string]bool
	reader fido.Reader
	bell   chan struct{}
	timer  timer
}

// TimeOut ends the time in which a key can be touched, as fido.Config.Timeout does.
func (d *Desk) TimeOut() { d.timer.timeOut() }

// NewDesk gives the console a desk. now is the keys' clock; nil is this computer's.
func (h *Harness) NewDesk(timeout time.Duration, now func() time.Time) *Desk {
	h.T.Helper()
	b, err := virtual.New(virtual.Config{Now: now})
	Must(h.T, err)
	d := &Desk{Bench: b, H: h, Locked: map[string]bool{}, bell: make(chan struct{}), reader: fido.Reader{State: fido.NoReader}}
	keys, err := fido.New(fido.Config{
		Open: libfido2.Backend{}, Devices: d.devices, Origin: "http://localhost:8440", Timeout: timeout, Rest: rest,
		Changes: fido.CombineChanges(fido.ChangesOnClose(b.Changed), fido.ChangesOnClose(d.next)),
		Reader:  func(context.Context) fido.Reader { d.mu.Lock(); defer d.mu.Unlock(); return d.reader },
	})
	Must(h.T, err)
	h.T.Cleanup(func() { _ = b.Close() })
	h.Stop()
	h.Devices = d.timer.of(keys)
	h.Start()
	return d
}

// rest replaces the pause of one second after each key that is plugged in.
const rest = 10 * time.Millisecond

func (d *Desk) devices(ctx context.Context) ([]fido.Device, error) {
	all, err := d.Devices(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	all = append(all, d.Odd...)
	for i := range all {
		all[i].Locked = d.Locked[all[i].Path]
	}
	return all, err
}

func (d *Desk) next() <-chan struct{} { d.mu.Lock(); defer d.mu.Unlock(); return d.bell }

// Set changes the simulated state, and announces the change.
func (d *Desk) Set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
	close(d.bell)
	d.bell = make(chan struct{})
}

// Lock sets whether access to a key is denied.
func (d *Desk) Lock(path string, yes bool) { d.Set(func() { d.Locked[path] = yes }) }

// SetReader sets the state of the NFC reader.
func (d *Desk) SetReader(r fido.ReaderState) {
	d.Set(func() { d.reader = fido.Reader{State: r, Name: "ACS ACR122U"} })
}

// PlugIn plugs in a virtual key.
func (d *Desk) PlugIn(name, transport, pin string) virtual.Key {
	d.H.T.Helper()
	// Without NoTap a key on the reader would answer at once, and never wait.
	k, err := d.PlugNew(virtual.Spec{Name: name, Transport: transport, PIN: pin, NoTap: true})
	Must(d.H.T, err)
	return k
}

// TakeAway removes a key for good.
func (d *Desk) TakeAway(k virtual.Key) { d.H.T.Helper(); Must(d.H.T, d.Remove(k.ID)) }

// Reinsert unplugs a key and plugs it in at another path. A key that is back at the same
// path within a second is not noticed.
func (d *Desk) Reinsert(k virtual.Key) virtual.Key {
	d.H.T.Helper()
	for was := k.Path; k.Path == was; {
		Must(d.H.T, d.Unplug(k.ID))
		between, err := pty.Open() // occupies the old path
		Must(d.H.T, err)
		d.H.T.Cleanup(func() { _ = between.Close() })
		k, err = d.Replug(k.ID)
		Must(d.H.T, err)
	}
	return k
}

// TouchWhenAsked touches a key once it waits for a touch.
func (d *Desk) TouchWhenAsked(k virtual.Key) {
	d.H.T.Helper()
	d.Blinks(k.ID)
	Must(d.H.T, d.Touch(k.ID))
	d.H.Settle()
}

// Blinks waits until a key waits for a touch. The console keeps running.
func (d *Desk) Blinks(id string) { d.H.T.Helper(); d.waits(id, true) }

// Rests waits until a key no longer waits for a touch.
func (d *Desk) Rests(id string) { d.H.T.Helper(); d.waits(id, false) }

func (d *Desk) waits(id string, touch bool) {
	d.H.T.Helper()
	deadline := time.After(10 * time.Second)
	for {
		changed := d.Changed()
		k, err := d.Key(id)
		Must(d.H.T, err)
		if k.WaitingForTouch == touch {
			return
		}
		select {
		case f := <-d.H.queue:
			f()
		case <-changed:
		case <-deadline:
			d.H.T.Fatalf("the key waits for a touch: %t; on screen: %s", !touch, d.H.Seen())
		}
	}
}

// A Refusing key answers one command with a status (CTAP 2.1, section 8.2).
type Refusing struct {
	*softkey.Key
	Command, Status byte
}

func (k Refusing) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	if request[0] == k.Command {
		return []byte{k.Status}, nil
	}
	return k.Key.CBOR(ctx, request, report)
}

// Refuses plugs in a key that answers makeCredential (1) with a status and otherwise
// touches itself. The returned function removes it.
func (d *Desk) Refuses(status byte, pin string) (away func()) {
	t := d.H.T
	t.Helper()
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB})
	Must(t, err)
	if pin != "" {
		Must(t, key.SetPIN(pin))
	}
	return d.PlugInBackend(Refusing{key, 1, status})
}

func (d *Desk) PlugInBackend(backend ctaphid.Backend) (away func()) {
	t := d.H.T
	t.Helper()
	e, err := pty.Open()
	Must(t, err)
	server, err := ctaphid.NewServer(e, ctaphid.Config{Backend: backend, Queue: e})
	Must(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.WithoutCancel(t.Context())) }()
	d.Set(func() { d.Odd = append(d.Odd, fido.Device{Path: e.Path(), Transport: fido.USB, Product: "Odd key"}) })
	away = sync.OnceFunc(func() {
		d.Set(func() { d.Odd = slices.DeleteFunc(d.Odd, func(o fido.Device) bool { return o.Path == e.Path() }) })
		if err := errors.Join(e.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(away)
	return away
}

// BeginKey begins to add a security key, up to the step that waits for one.
func (h *Harness) BeginKey() {
	h.T.Helper()
	h.Ctrl(fyne.Key3)
	h.Sees("ui.keys.add")
	h.Do("ui.keys.add")
	h.Sees("wizard.overview.heading")
	h.Press(fyne.KeyReturn)
	if !h.Console.Account().EmailConfirmed {
		h.ConfirmEmail("mara@example.org")
	}
}

// Sub makes t the current test until the returned function is called.
func (h *Harness) Sub(t *testing.T) func() {
	outer := h.T
	h.T = t
	return func() { h.T = outer }
}

// Enrol adds a key that is plugged in to the account.
func (d *Desk) Enrol(k virtual.Key, label string) {
	h := d.H
	h.T.Helper()
	h.BeginKey()
	d.TouchWhenAsked(k)
	h.Sees("wizard.name.heading")
	h.ClearField()
	h.Write(label)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.enroll-key")
	h.Press(fyne.KeyReturn)
	h.SeesText(label)
}

// NewBench gives the console virtual keys that the real libfido2 opens.
func (h *Harness) NewBench() *virtual.Bench {
	h.T.Helper()
	b, err := virtual.New(virtual.Config{})
	Must(h.T, err)
	keys, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: b.Devices, Changes: fido.ChangesOnClose(b.Changed), Origin: "http://localhost:8440", Timeout: 4 * time.Second, Rest: rest})
	Must(h.T, err)
	h.T.Cleanup(func() { _ = b.Close() })
	h.Stop()
	h.Devices = keys
	h.Start()
	return b
}
