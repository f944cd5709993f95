// Package epoch counts how often the database was restored from a backup.
//
// What is short-lived keeps the number under which it was made: sessions, devices,
// temporary passwords, sent codes and ceremonies. With another number it has ended. So a
// restore ends all of them at once without writing to a million accounts, and without
// comparing times, which would be wrong after a change of the clock.
package epoch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/store"
)

const (
	key        = "conf/epoch"    // eight bytes, big-endian; none means 0
	restoreKey = "conf/restored" // a Restore, until every account was told
)

// Current returns the number, 0 if the database was never restored.
func Current(tx store.Tx) (uint64, error) {
	b, err := tx.Get(key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("epoch: %w", err)
	case len(b) != 8:
		return 0, fmt.Errorf("epoch: %d bytes", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

// A Restore is the last restore, as long as there are accounts that have not been told.
type Restore struct {
	At   time.Time `json:"at"`             // when it was restored
	Made time.Time `json:"made"`           // when the backup was made
	Told string    `json:"told,omitempty"` // the last key that the telling has reached
}

// Begin starts the next epoch. It is called on a restored database before it is used.
func Begin(tx store.Tx, r Restore) error {
	n, err := Current(tx)
	if err != nil {
		return err
	}
	// A backup of a restored database can be restored in place of a later one. The number
	// must be one that no record of any of them has.
	n = max(n+1, uint64(r.At.UnixNano()))
	if err := tx.Put(key, binary.BigEndian.AppendUint64(nil, n)); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	return Save(tx, r)
}

// Pending returns the restore that accounts have to be told of. ok is false if there is
// none.
func Pending(tx store.Tx) (r Restore, ok bool, err error) {
	err = store.Load(tx, restoreKey, &r)
	if errors.Is(err, store.ErrNotFound) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("epoch: %w", err)
	}
	return r, true, nil
}

// Save writes how far the telling is.
func Save(tx store.Tx, r Restore) error {
	if err := store.Save(tx, restoreKey, r); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	return nil
}

// Done ends the telling.
func Done(tx store.Tx) error {
	if err := tx.Delete(restoreKey); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	return nil
}
