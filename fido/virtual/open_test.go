package virtual_test

import (
	"context"
	"errors"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

func inProcess(t *testing.T) *virtual.Bench {
	t.Helper()
	b, err := virtual.New(virtual.Config{Linger: -1, InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing the bench: %v", err)
		}
	})
	return b
}

func open(t *testing.T, o fido.Opener, path string) fido.Key {
	t.Helper()
	key, err := o.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = key.Close() })
	return key
}

// elsewhere is an opener of other keys.
type elsewhere struct{ error }

func (e elsewhere) Open(context.Context, string) (fido.Key, error) { return nil, e.error }

// A key in this process has a path of its own each time that it is plugged in. Unplugging
// reports a change, and removes the key from an open session.
func TestInProcess(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.Fingerprint, softkey.U2F} {
		for _, transport := range []string{fido.USB, fido.NFC} {
			b := inProcess(t)
			o := b.Opener(elsewhere{fido.ErrNotKey})
			k, err := b.PlugNew(virtual.Spec{Name: "green key", Transport: transport, Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
			if ds, err := b.Devices(t.Context()); err != nil || len(ds) != 1 || ds[0].Path != "lab://key-1/1" || k.Path != ds[0].Path || !ds[0].Virtual {
				t.Errorf("%s, %s: devices %+v, %v", kind, transport, ds, err)
			}
			key := open(t, o, k.Path)
			if info, err := key.Info(t.Context()); err != nil || info.FIDO2 != (kind != softkey.U2F) || info.Release != fido.LabVersion {
				t.Errorf("%s, %s: %+v, %v", kind, transport, info, err)
			}
			changed := b.Changed()
			if err := b.Unplug(k.ID); err != nil {
				t.Fatal(err)
			}
			<-changed
			if _, err := key.Info(t.Context()); kind != softkey.U2F && !errors.Is(err, fido.ErrRemoved) || !key.Gone() {
				t.Errorf("%s, %s: after unplugging: %v", kind, transport, err)
			}
			again, err := b.Replug(k.ID)
			if err != nil || again.Path != "lab://key-1/2" {
				t.Errorf("%s, %s: plugged in again: %+v, %v", kind, transport, again, err)
			}
			open(t, o, again.Path)
			for path, want := range map[string]error{k.Path: fido.ErrRemoved, "lab://key-7/1": fido.ErrRemoved, "/dev/hidraw0": fido.ErrNotKey} {
				if _, err := o.Open(t.Context(), path); !errors.Is(err, want) {
					t.Errorf("%s, %s: opening %s: %v, want %v", kind, transport, path, err, want)
				}
			}
		}
	}
}

// Only one user at a time has a key. The next one waits, then gets ErrBusy.
func TestOneUserAtATime(t *testing.T) {
	t.Parallel()
	b := inProcess(t)
	k, err := b.Plug("green key", fido.USB, "")
	if err != nil {
		t.Fatal(err)
	}
	first, second := open(t, b, k.Path), open(t, b, k.Path)
	if _, err := first.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Info(t.Context()); !errors.Is(err, fido.ErrBusy) {
		t.Errorf("while another has it: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Info(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
