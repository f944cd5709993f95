// Package epoch counts how often the database was restored from a backup.
//
// Sessions, devices, temporary passwords, sent codes and ceremonies store the number of their
// epoch. If the current number differs, they have ended. So a restore ends all of them without
// writing to a million accounts, and without comparing times, which fails after a change of the
// clock.
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
	restoreKey = "conf/restored" // a Restore, until every account was notified
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

// Restored returns when the database was last restored, zero if it never was. The clock may
// have been wrong then.
func Restored(tx store.Tx) (time.Time, error) {
	n, err := Current(tx)
	if err != nil || n < uint64(time.Hour) { // a mere number
		return time.Time{}, err
	}
	return time.Unix(0, int64(n)).UTC(), nil
}

// A Restore is the last restore. It exists until all accounts have been notified.
type Restore struct {
	At   time.Time `json:"at"`             // when it was restored
	Made time.Time `json:"made"`           // when the backup was made
	Told string    `json:"told,omitempty"` // the last key that the notification has reached
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

// Pending returns the restore of which accounts are still to be notified. ok is false if there
// is none.
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

// Save writes the progress of the notification.
func Save(tx store.Tx, r Restore) error {
	if err := store.Save(tx, restoreKey, r); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	return nil
}

// Done ends the notification.
func Done(tx store.Tx) error {
	if err := tx.Delete(restoreKey); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	return nil
}
