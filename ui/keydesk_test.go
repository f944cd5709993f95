//go:build cgo && linux && !race

package ui

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

// A desk is where keys are plugged in: virtual ones, reached by the real libfido2,
// and keys with a fault. What it says of a reader, and of keys that may not be
// opened, is made up.
type desk struct {
	*virtual.Bench
	house *house

	mu     sync.Mutex
	odd    []fido.Device // keys with a fault
	locked map[string]bool
	reader fido.Reader
	bell   chan struct{}
}

// desk gives the house a desk. now is the keys' clock; nil is this computer's.
func (h *house) desk(timeout time.Duration, now func() time.Time) *desk {
	h.t.Helper()
	b, err := virtual.New(virtual.Config{Now: now})
	must(h.t, err)
	d := &desk{Bench: b, house: h, locked: map[string]bool{}, bell: make(chan struct{}), reader: fido.Reader{State: fido.NoReader}}
	keys, err := fido.New(fido.Config{
		Open: libfido2.Backend{}, Devices: d.devices, Origin: "http://localhost:8440", Timeout: timeout,
		Changes: fido.CombineChanges(fido.ChangesOnClose(b.Changed), fido.ChangesOnClose(d.next)),
		Reader:  func(context.Context) fido.Reader { d.mu.Lock(); defer d.mu.Unlock(); return d.reader },
	})
	must(h.t, err)
	h.t.Cleanup(func() { _ = b.Close() })
	h.leave()
	h.keys = keys
	h.enter()
	return d
}

func (d *desk) devices(ctx context.Context) ([]fido.Device, error) {
	all, err := d.Devices(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	all = append(all, d.odd...)
	for i := range all {
		all[i].Locked = d.locked[all[i].Path]
	}
	return all, err
}

func (d *desk) next() <-chan struct{} { d.mu.Lock(); defer d.mu.Unlock(); return d.bell }

// set changes what the desk makes up, and tells of it.
func (d *desk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
	close(d.bell)
	d.bell = make(chan struct{})
}

// lock says of a key that this person may not open it, or may.
func (d *desk) lock(path string, yes bool) { d.set(func() { d.locked[path] = yes }) }

// lay says how things stand with the reader.
func (d *desk) lay(r fido.ReaderState) {
	d.set(func() { d.reader = fido.Reader{State: r, Name: "ACS ACR122U"} })
}

// plug plugs a virtual key in.
func (d *desk) plug(name, transport, pin string) virtual.Key {
	d.house.t.Helper()
	// A tap would be enough at once, and nothing to be seen of the waiting.
	k, err := d.PlugNew(virtual.Spec{Name: name, Transport: transport, PIN: pin, NoTap: true})
	must(d.house.t, err)
	return k
}

// pull takes a key off the desk for good.
func (d *desk) pull(k virtual.Key) { d.house.t.Helper(); must(d.house.t, d.Remove(k.ID)) }

// again takes a key out and puts it back in, at another path: one that is back at
// the same path within a second is not seen to have been away.
func (d *desk) again(k virtual.Key) virtual.Key {
	d.house.t.Helper()
	for was := k.Path; k.Path == was; {
		must(d.house.t, d.Unplug(k.ID))
		between, err := pty.Open() // takes the place, or another
		must(d.house.t, err)
		d.house.t.Cleanup(func() { _ = between.Close() })
		k, err = d.Replug(k.ID)
		must(d.house.t, err)
	}
	return k
}

// touched touches a key once it blinks.
func (d *desk) touch(k virtual.Key) {
	d.house.t.Helper()
	d.blinks(k.ID)
	must(d.house.t, d.Touch(k.ID))
	d.house.settle()
}

// blinks waits until a key waits for a touch, while the console goes on.
func (d *desk) blinks(id string) { d.house.t.Helper(); d.waits(id, true) }

// rests waits until a key waits for no touch any more: it was told to stop.
func (d *desk) rests(id string) { d.house.t.Helper(); d.waits(id, false) }

func (d *desk) waits(id string, touch bool) {
	d.house.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		changed := d.Changed()
		k, err := d.Key(id)
		must(d.house.t, err)
		if k.WaitingForTouch == touch {
			return
		}
		select {
		case f := <-d.house.queue:
			f()
		case <-changed:
		case <-deadline:
			d.house.t.Fatalf("the key waits for a touch: %t; on screen: %s", !touch, d.house.seen())
		}
	}
}

// A refusing key answers one command with a status (CTAP 2.1, section 8.2).
type refusing struct {
	*softkey.Key
	command, status byte
}

func (k refusing) CBOR(ctx context.Context, request []byte, report func(ctaphid.Status)) ([]byte, error) {
	if request[0] == k.command {
		return []byte{k.status}, nil
	}
	return k.Key.CBOR(ctx, request, report)
}

// refuses plugs in a key that answers makeCredential (1) with a status, and
// otherwise touches itself. What it returns takes it away.
func (d *desk) refuses(status byte, pin string) (away func()) {
	t := d.house.t
	t.Helper()
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB})
	must(t, err)
	if pin != "" {
		must(t, key.SetPIN(pin))
	}
	return d.endpoint(refusing{key, 1, status})
}

func (d *desk) endpoint(backend ctaphid.Backend) (away func()) {
	t := d.house.t
	t.Helper()
	e, err := pty.Open()
	must(t, err)
	server, err := ctaphid.NewServer(e, ctaphid.Config{Backend: backend, Queue: e})
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(context.WithoutCancel(t.Context())) }()
	d.set(func() { d.odd = append(d.odd, fido.Device{Path: e.Path(), Transport: fido.USB, Product: "Odd key"}) })
	away = sync.OnceFunc(func() {
		d.set(func() { d.odd = slices.DeleteFunc(d.odd, on(e.Path())) })
		if err := errors.Join(e.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(away)
	return away
}

// toTheTouch begins to set a key up and goes on until one is waited for.
func (h *house) toTheTouch() {
	h.t.Helper()
	h.ctrl(fyne.Key3)
	h.sees("ui.keys.add")
	h.do("ui.keys.add")
	h.sees("wizard.overview.heading")
	h.press(fyne.KeyReturn)
	if !h.console.account.EmailConfirmed {
		h.confirmEmail("mara@example.org")
	}
}

// sub is the house in a part of a test.
func (h *house) sub(t *testing.T) func() {
	outer := h.t
	h.t = t
	return func() { h.t = outer }
}
