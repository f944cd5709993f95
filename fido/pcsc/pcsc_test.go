//go:build linux && cgo && !nopcsc

package pcsc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/pcsc"
	"nightlatch/fido/pcsc/pcsctest"
	"nightlatch/fido/softkey"
)

// newKey returns a card with a security key, and its button.
func newKey(t testing.TB, cfg applet.Config) (*applet.Applet, *softkey.Gate) {
	t.Helper()
	gate := &softkey.Gate{}
	cfg.Touch = gate
	a := applet.New(cfg)
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC})
	if err != nil {
		t.Fatal(err)
	}
	a.Install(k)
	return a, gate
}

// A sight is one call of show.
type sight struct {
	slots []nfc.Slot
	err   error
}

// watch watches the readers until the test ends, and returns the calls of show.
func watch(t testing.TB) <-chan sight {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	seen, ended := make(chan sight, 64), make(chan struct{})
	go func() {
		defer close(ended)
		pcsc.System{}.Watch(ctx, func(slots []nfc.Slot, err error) { seen <- sight{slots, err} })
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Error("Watch does not end")
		}
	})
	return seen
}

// await waits for a sight that satisfies a condition.
func await(t testing.TB, seen <-chan sight, what string, want func(sight) bool) sight {
	t.Helper()
	late := time.After(15 * time.Second)
	for {
		select {
		case s := <-seen:
			t.Logf("seen: %+v %v", s.slots, s.err)
			if want(s) {
				return s
			}
		case <-late:
			t.Fatalf("never: %s", what)
		}
	}
}

func onReader(s sight, card bool) bool {
	return s.err == nil && len(s.slots) == 2 && s.slots[0].Reader == pcsctest.Reader && s.slots[0].Card == card
}

// staysQuiet fails the test if show is called within d. Real time must pass: there is no
// event to wait for.
func staysQuiet(t *testing.T, seen <-chan sight, d time.Duration) {
	t.Helper()
	select {
	case s := <-seen:
		t.Errorf("show was called without a change: %+v", s)
	case <-time.After(d):
	}
}

// The service starts and stops, with and without a reader, and cards come and go.
func TestWatch(t *testing.T) {
	t.Parallel()
	if !pcsctest.RunIsolated(t) {
		return
	}
	pcsctest.SetUp(t)
	seen := watch(t)
	absent := func(s sight) bool { return errors.Is(s.err, fido.ErrNoReaderService) }
	none := func(s sight) bool { return s.err == nil && len(s.slots) == 0 }
	await(t, seen, "no service", absent)
	if _, err := (pcsc.System{}).Connect(pcsctest.Reader); !errors.Is(err, fido.ErrNoReaderService) {
		t.Errorf("Connect without a service: %v", err)
	}
	s := pcsctest.Start(t, false)
	await(t, seen, "no reader", none)
	if _, err := (pcsc.System{}).Connect(pcsctest.Reader); !errors.Is(err, fido.ErrNoReader) {
		t.Errorf("Connect without a reader: %v", err)
	}
	s.Stop()
	await(t, seen, "no service", absent)

	s = pcsctest.Start(t, true)
	await(t, seen, "an empty reader", func(s sight) bool { return onReader(s, false) })
	if _, err := (pcsc.System{}).Connect(pcsctest.Reader); !errors.Is(err, fido.ErrNoCard) {
		t.Errorf("Connect without a card: %v", err)
	}
	a, _ := newKey(t, applet.Config{})
	l := pcsctest.PlaceCard(t, a)
	first := await(t, seen, "a card", func(s sight) bool { return onReader(s, true) })
	staysQuiet(t, seen, time.Second) // two of Watch's waits end without a change
	if err := l.Pull(); err != nil {
		t.Error(err)
	}
	await(t, seen, "it pulled", func(s sight) bool { return onReader(s, false) })
	pcsctest.PlaceCard(t, a)
	second := await(t, seen, "a card", func(s sight) bool { return onReader(s, true) })
	if first.slots[0].Events == second.slots[0].Events {
		t.Errorf("two cards have the same event count: %+v and %+v", first, second)
	}
	s.Stop()
	await(t, seen, "no service", absent)
}
