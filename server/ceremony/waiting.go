package ceremony

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/device"
	"nightlatch/server/fairqueue"
	"nightlatch/server/store"
)

const (
	// waitingMax is the default of Config.Waiting. Any client that reaches the server can
	// send wrong passwords, and each ceremony takes a kilobyte for hours. The limit is larger
	// than the number of passwords that are checked while a user corrects a password.
	waitingMax = 1 << 16
	// ownMax is the limit for the window and for devices that have signed in here before.
	// They have separate slots, so that no stranger can end their ceremonies.
	ownMax = 1 << 12
	// waitingLook is how many slots are tried. If none is free, a ceremony in one of them
	// is deleted.
	waitingLook = 8
)

// slots are the places for ceremonies without a session that were answered and still wait in
// their first state, or, with over, that ended before they were stored.
type slots struct {
	prefix string
	count  int
	over   bool
}

// slotsOf returns the slots for a caller.
func (e *Engine) slotsOf(c Caller) slots {
	if c.Window || device.Genuine(e.cfg.Sealer, c.Device) {
		return slots{prefix: "cermown/", count: min(ownMax, e.cfg.Waiting)}
	}
	return slots{prefix: "cermwait/", count: e.cfg.Waiting}
}

// loadFrom is load for a call that may store the ceremony. It notes the source.
func (e *Engine) loadFrom(ctx context.Context, tx store.Tx, id string, caller Caller) (*record, *machine, error) {
	r, m, err := e.load(tx, id, caller)
	if err == nil && r.unstored != nil {
		r.From = e.sourceOf(ctx, caller)
	}
	return r, m, err
}

// sourceOf returns the source of a waiting ceremony: the device, if its client shows a genuine
// token, or else the address. Every user of the server has a token, and behind a proxy or on
// loopback all clients have the same address.
func (e *Engine) sourceOf(ctx context.Context, c Caller) string {
	if c.Window || !device.Genuine(e.cfg.Sealer, c.Device) {
		return fairqueue.SourceOf(ctx)
	}
	sum := e.cfg.Sealer.MAC("waiting ceremony", c.Device)
	return "device " + base64.RawURLEncoding.EncodeToString(sum[:12])
}

// A waiting ceremony occupies a slot.
type waiting struct {
	slot, id, from string
	since          time.Time
}

// reserveSlot gives a ceremony without a session one of the slots when it is first stored. If needed
// it deletes another one that is still in its first state: of the slots that are tried,
// the oldest ceremony of the source that has most of them. So a flood from one address or
// device ends its own ceremonies first. A ceremony that has left its first state required a right
// password and is never deleted here.
func (e *Engine) reserveSlot(tx store.Tx, id string, s slots) error {
	slot := ""
	var tried []waiting
	for range waitingLook {
		w, err := e.occupant(tx, s)
		if err != nil {
			return err
		}
		if w.id == "" {
			slot = w.slot
			break
		}
		if !slices.Contains(tried, w) { // a slot that was tried twice is one ceremony
			tried = append(tried, w)
		}
	}
	if slot == "" {
		out := noisiest(tried)
		if err := e.drop(tx, out.id); err != nil {
			return err
		}
		slot = out.slot
	}
	if err := tx.Put(slot, []byte(id)); err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	return nil
}

// noisiest finds the source with the most of these ceremonies, and returns its
// oldest one.
func noisiest(tried []waiting) waiting {
	from := map[string]int{}
	for _, w := range tried {
		from[w.from]++
	}
	return slices.MinFunc(tried, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(from[b.from], from[a.from]), a.since.Compare(b.since))
	})
}

// occupant returns the ceremony in a random slot; its ID is "" if the slot is free.
func (e *Engine) occupant(tx store.Tx, s slots) (waiting, error) {
	slot := s.random()
	free := waiting{slot: slot}
	value, err := tx.Get(slot)
	if errors.Is(err, store.ErrNotFound) {
		return free, nil
	}
	if err != nil {
		return free, fmt.Errorf("ceremony: begin: %w", err)
	}
	id := string(value)
	var r record
	switch err := store.Load(tx, recordKey(id), &r); {
	case errors.Is(err, store.ErrNotFound):
		return free, nil
	case err != nil:
		return free, fmt.Errorf("ceremony: begin: %w", err)
	}
	m := e.machines[r.Kind]
	if r.Over != s.over || !r.Over && m != nil && !slices.Contains(m.begins, r.State) {
		return free, nil // it no longer waits
	}
	return waiting{slot, id, r.From, r.Created}, nil
}

// random returns the key of a random slot. It must not be predictable: a client that can
// choose the slot can end another client's ceremony.
func (s slots) random() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("%s%04x", s.prefix, binary.BigEndian.Uint64(b[:])%uint64(s.count))
}
