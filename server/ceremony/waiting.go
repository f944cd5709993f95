package ceremony

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/store"
)

const (
	// waitingMax is the default of Config.Waiting. Any client that reaches the server
	// can begin thousands of ceremonies a second, and each takes a kilobyte for hours.
	// The limit is larger than the number of ceremonies that begin while a user types a
	// password.
	waitingMax = 1 << 16
	// waitingLook is how many slots are tried. If none is free, the oldest ceremony in
	// them is deleted.
	waitingLook = 4
)

// reserveSlot gives a new ceremony without a session one of the waiting slots. If needed
// it deletes an older ceremony that is still in its first state. A ceremony that has left
// its first state required a right password and is never deleted here.
func (e *Engine) reserveSlot(tx store.Tx, id string) error {
	var (
		slot, evicted string
		oldest        time.Time
	)
	for range waitingLook {
		key := e.waitingKey()
		occupant, since, err := e.occupant(tx, key)
		if err != nil {
			return err
		}
		if occupant == "" {
			slot, evicted = key, ""
			break
		}
		if slot == "" || since.Before(oldest) {
			slot, evicted, oldest = key, occupant, since
		}
	}
	if evicted != "" {
		if err := e.drop(tx, evicted); err != nil {
			return err
		}
	}
	if err := tx.Put(slot, []byte(id)); err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	return nil
}

// occupant returns the ceremony that waits in a slot and when it was created; "" if the
// slot is free.
func (e *Engine) occupant(tx store.Tx, slot string) (id string, created time.Time, err error) {
	value, err := tx.Get(slot)
	if errors.Is(err, store.ErrNotFound) {
		return "", time.Time{}, nil
	}
	if err != nil {
		return "", time.Time{}, fmt.Errorf("ceremony: begin: %w", err)
	}
	id = string(value)
	var r record
	switch err := store.Load(tx, recordKey(id), &r); {
	case errors.Is(err, store.ErrNotFound):
		return "", time.Time{}, nil
	case err != nil:
		return "", time.Time{}, fmt.Errorf("ceremony: begin: %w", err)
	}
	m := e.machines[r.Kind]
	if m != nil && (!slices.Contains(m.begins, r.State) || !r.valid(tx.Now(), m.life)) {
		return "", time.Time{}, nil // it no longer waits
	}
	return id, r.Created, nil
}

// waitingKey returns the key of a random slot. It must not be predictable: a client
// that can choose the slot can end another client's ceremony.
func (e *Engine) waitingKey() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("cermwait/%04x", binary.BigEndian.Uint64(b[:])%uint64(e.cfg.Waiting))
}
