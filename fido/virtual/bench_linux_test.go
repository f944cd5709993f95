package virtual_test

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

func TestPlugging(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	changed := b.Changed()
	k, err := b.Plug("blue key", fido.NFC, "123456")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	default:
		t.Error("no change was reported after plugging in")
	}
	want := virtual.Key{
		ID: k.ID, Name: "blue key", Transport: fido.NFC, Kind: softkey.FIDO2, Path: k.Path, PIN: true, PINTries: fido.MaxPINTries, Remaining: softkey.DefaultCapacity,
	}
	if k != want || !k.Plugged() {
		t.Errorf("key %+v, want %+v", k, want)
	}
	if _, err := os.Stat(k.Path); err != nil {
		t.Errorf("nothing at its path: %v", err)
	}
	ds, err := b.Devices(t.Context())
	wantDevice := fido.Device{Path: k.Path, Transport: fido.NFC, Product: "blue key", Manufacturer: virtual.Manufacturer, Virtual: true}
	if err != nil || !slices.Equal(ds, []fido.Device{wantDevice}) {
		t.Errorf("devices %+v, %v", ds, err)
	}
	if _, err := b.Replug(k.ID); !errors.Is(err, virtual.ErrPlugged) {
		t.Errorf("plugging it in twice: %v", err)
	}

	if err := b.Unplug(k.ID); err != nil {
		t.Fatal(err)
	}
	if seen, err := b.Key(k.ID); err != nil || seen.Plugged() {
		t.Errorf("unplugged: %+v, %v", seen, err)
	}
	if ds, err := b.Devices(t.Context()); err != nil || len(ds) != 0 {
		t.Errorf("devices %+v, %v", ds, err)
	}
	for name, err := range map[string]error{"unplug": b.Unplug(k.ID), "touch": b.Touch(k.ID)} {
		if !errors.Is(err, virtual.ErrUnplugged) {
			t.Errorf("%s of an unplugged key: %v", name, err)
		}
	}

	if err := b.Remove(k.ID); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"unplug": b.Unplug(k.ID), "touch": b.Touch(k.ID), "remove": b.Remove(k.ID), "auto": b.SetAutoTouch(k.ID, true),
	} {
		if !errors.Is(err, virtual.ErrUnknown) {
			t.Errorf("%s of an unknown key: %v", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := b.Plug("key", "ble", ""); !errors.Is(err, virtual.ErrTransport) {
		t.Errorf("Bluetooth: %v", err)
	}
	if _, err := b.Plug("key", fido.USB, "123"); !errors.Is(err, virtual.ErrPIN) {
		t.Errorf("a PIN of three digits: %v", err)
	}
	var err error
	for range 65 {
		if _, err = b.Plug("key", fido.USB, ""); err != nil {
			break
		}
	}
	if !errors.Is(err, virtual.ErrFull) || len(b.List()) != 64 {
		t.Errorf("the 65th key: %v, %d keys", err, len(b.List()))
	}
	if err := b.Reset(); err != nil || len(b.List()) != 0 {
		t.Errorf("Reset: %v, %d keys", err, len(b.List()))
	}
	if _, err := b.Plug("key", fido.USB, ""); err != nil {
		t.Errorf("after Reset: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Plug("key", fido.USB, ""); !errors.Is(err, virtual.ErrClosed) {
		t.Errorf("on a closed bench: %v", err)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestPluggingLeavesNothingBehind does not run in parallel: the resources of other tests
// would be counted.
func TestPluggingLeavesNothingBehind(t *testing.T) {
	b := newBench(t)
	round := func() {
		k, err := b.Plug("key", fido.USB, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Unplug(k.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Replug(k.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.Remove(k.ID); err != nil {
			t.Fatal(err)
		}
	}
	round() // the first round starts Go's poller
	fds, routines := descriptors(t), runtime.NumGoroutine()
	for range 200 {
		round()
	}
	for until := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > routines && time.Now().Before(until); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d goroutines before, %d after", routines, n)
	}
	if n := descriptors(t); n > fds {
		t.Errorf("%d descriptors before, %d after", fds, n)
	}
}
