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
	// waitingMax is Config.Waiting unless that says something else. Whoever can reach
	// the server can begin ceremonies, thousands in a second, and each is a kilobyte
	// for hours; so many are more than people begin while one types a password.
	waitingMax = 1 << 16
	// waitingLook is how many places are looked at for a free one. The ceremony that
	// has waited longest in them makes room.
	waitingLook = 4
)

// seat gives a new ceremony without a session a place among those that wait where
// they began, and ends another one if need be. One that got further has cost its
// person a right password, and is never ended here.
func (e *Engine) seat(tx store.Tx, id string) error {
	var (
		key, last string
		oldest    time.Time
	)
	for range waitingLook {
		place := e.place()
		sitting, since, err := e.sitting(tx, place)
		if err != nil {
			return err
		}
		if sitting == "" {
			key, last = place, ""
			break
		}
		if key == "" || since.Before(oldest) {
			key, last, oldest = place, sitting, since
		}
	}
	if last != "" {
		if err := e.drop(tx, last); err != nil {
			return err
		}
	}
	if err := tx.Put(key, []byte(id)); err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	return nil
}

// sitting returns the ceremony that waits at a place, and since when; "" for none.
func (e *Engine) sitting(tx store.Tx, place string) (id string, since time.Time, err error) {
	value, err := tx.Get(place)
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
	if m != nil && !slices.Contains(m.begins, r.State) {
		return "", time.Time{}, nil // it got further
	}
	return id, r.Created, nil
}

// place picks one at random: who could guess it could end another's ceremony.
func (e *Engine) place() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("cermwait/%04x", binary.BigEndian.Uint64(b[:])%uint64(e.cfg.Waiting))
}
