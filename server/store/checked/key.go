package checked

import (
	"context"
	"errors"
	"fmt"
	"math/bits"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Compare returns store.ErrOtherKey if the database belongs to another master
// key. known is false for a new database. It writes nothing.
func Compare(ctx context.Context, engine store.Store, keys *seal.Sealer) (known bool, err error) {
	err = engine.View(ctx, func(tx store.Tx) error {
		known, err = compare(tx, keys)
		return err
	})
	return known, err
}

func compare(tx store.Tx, keys *seal.Sealer) (known bool, err error) {
	row, err := tx.Get(keyRow)
	switch {
	case errors.Is(err, store.ErrNotFound):
		items, err := tx.Scan("", "", 1)
		if err == nil && len(items) > 0 {
			return false, fmt.Errorf("%w: %w", store.ErrDamaged, errNotNew)
		}
		return false, err
	case err != nil:
		return false, fmt.Errorf("checked: %w", err)
	}
	return true, compareRow(row, keys)
}

// compareRow compares the fingerprint before the checksum, because with
// another key every checksum is wrong. Fingerprints of two keys differ in
// about half of their bits. If only a few bits differ, the row is damaged.
func compareRow(row []byte, keys *seal.Sealer) error {
	print := keys.Fingerprint()
	if len(row) != len(print)+seal.ChecksumSize {
		return &store.DamagedError{Key: keyRow}
	}
	different := 0
	for i, b := range print {
		different += bits.OnesCount8(b ^ row[i])
	}
	if different > 4*len(print)/2 {
		return store.ErrOtherKey
	}
	_, err := detach(keys, keyRow, row)
	return err
}

// claim writes the fingerprint into a new database.
func claim(ctx context.Context, engine store.Store, keys *seal.Sealer) error {
	return engine.Update(ctx, func(tx store.Tx) error {
		// Another program may have claimed the database first.
		if known, err := compare(tx, keys); err != nil || known {
			return err
		}
		return tx.Put(keyRow, ownRow(keys))
	})
}

func ownRow(keys *seal.Sealer) []byte {
	print := keys.Fingerprint()
	return attach(keys, keyRow, print[:])
}
