package bridge_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/bridge"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/softkey"
)

// A desk is a set of simulated readers.
type desk struct {
	mu      sync.Mutex
	err     error
	slots   []nfc.Slot
	cards   map[string]nfc.Card
	changed chan struct{}
	asked   int // number of Connect calls
}

// newDesk returns a desk with empty readers.
func newDesk(readers ...string) *desk {
	d := &desk{cards: make(map[string]nfc.Card), changed: make(chan struct{})}
	for _, r := range readers {
		d.slots = append(d.slots, nfc.Slot{Reader: r})
	}
	return d
}

// change changes the desk and notifies its watchers.
func (d *desk) change(how func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	how()
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *desk) slot(reader string) *nfc.Slot {
	return &d.slots[slices.IndexFunc(d.slots, func(s nfc.Slot) bool { return s.Reader == reader })]
}

func (d *desk) lay(reader string, c nfc.Card) {
	if a, ok := c.(*applet.Applet); ok {
		a.PowerUp()
	}
	d.change(func() {
		s := d.slot(reader)
		s.Card, s.Events = true, s.Events+1
		d.cards[reader] = c
	})
}

// pull removes a card. The card fails at once, before the readers report the change.
func (d *desk) pull(reader string) {
	d.mu.Lock()
	c := d.cards[reader]
	d.mu.Unlock()
	if a, ok := c.(*applet.Applet); ok {
		a.PowerDown()
	}
	d.change(func() {
		s := d.slot(reader)
		s.Card, s.Events = false, s.Events+1
		delete(d.cards, reader)
	})
}

func (d *desk) Watch(ctx context.Context, show func([]nfc.Slot, error)) {
	for ctx.Err() == nil {
		d.mu.Lock()
		slots, err, changed := slices.Clone(d.slots), d.err, d.changed
		d.mu.Unlock()
		if err != nil {
			slots = nil
		}
		show(slots, err)
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (d *desk) Connect(reader string) (nfc.Card, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	c, ok := d.cards[reader]
	if !ok {
		return nil, fido.ErrNoCard
	}
	if r, ok := c.(refusing); ok {
		return nil, r.err
	}
	return connection{c}, nil
}

func (d *desk) connected() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// A connection is a card whose Close does not affect the card.
type connection struct{ nfc.Card }

func (connection) Close() error { return nil }

// Connecting to a refusing card fails.
type refusing struct {
	nfc.Card
	err error
}

// A bankCard has no FIDO application.
type bankCard struct{}

func (bankCard) Close() error                    { return nil }
func (bankCard) Transmit([]byte) ([]byte, error) { return []byte{0x6a, 0x82}, nil }

// newKey returns a card with a security key, whose button works on a reader too.
func newKey(t testing.TB, pin string) (*applet.Applet, *softkey.Gate) {
	t.Helper()
	return newKeyOf(t, applet.Config{}, softkey.FIDO2, pin)
}

func newKeyOf(t testing.TB, cfg applet.Config, kind softkey.Kind, pin string) (*applet.Applet, *softkey.Gate) {
	t.Helper()
	gate := &softkey.Gate{}
	cfg.Touch = gate
	a := applet.New(cfg)
	k, err := softkey.New(softkey.Config{Touch: a, Kind: kind, Transport: fido.NFC})
	if err == nil && pin != "" {
		err = k.SetPIN(pin)
	}
	if err != nil {
		t.Fatal(err)
	}
	a.Install(k)
	return a, gate
}

func newBridge(t testing.TB, d bridge.Readers, linger time.Duration) *bridge.Bridge {
	t.Helper()
	b, err := bridge.New(bridge.Config{Readers: d, Linger: linger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// await waits until the bridge's state satisfies a condition, and returns the devices.
func await(t testing.TB, b *bridge.Bridge, what string, want func(fido.Reader, []fido.Device) bool) []fido.Device {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	changes := b.Changes(ctx)
	for {
		r := b.Reader(ctx)
		ds, err := b.Devices(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if want(r, ds) {
			return ds
		}
		if _, ok := <-changes; !ok {
			t.Fatalf("never: %s; last state: %v, %v", what, r, ds)
		}
	}
}

func awaitKey(t testing.TB, b *bridge.Bridge) fido.Device {
	t.Helper()
	return await(t, b, "a key", func(_ fido.Reader, ds []fido.Device) bool { return len(ds) == 1 })[0]
}

func awaitState(t testing.TB, b *bridge.Bridge, want fido.ReaderState) {
	t.Helper()
	await(t, b, want.String(), func(r fido.Reader, _ []fido.Device) bool { return r.State == want })
}
