// Package checked holds a database and its master key against each other.
//
// It works above the back end, so every back end has it.
package checked

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// keyRow has the fingerprint of the database's master key. Keys that begin with "!" are
// this package's own.
const keyRow = "!key"

// Compare returns store.ErrOtherKey if the database belongs to another master key. known
// is false if the database does not know its key: it is new or in format 1. It writes
// nothing.
func Compare(ctx context.Context, s store.Store, keys *seal.Sealer) (known bool, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		known, err = compare(tx, keys)
		return err
	})
	return known, err
}

func compare(tx store.Tx, keys *seal.Sealer) (known bool, err error) {
	row, err := tx.Get(keyRow)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("checked: %w", err)
	}
	print := keys.Fingerprint()
	if subtle.ConstantTimeCompare(row, print[:]) != 1 {
		return true, store.ErrOtherKey
	}
	return true, nil
}

// Claim is Compare, and lets a database that does not know its key know it from now on.
func Claim(ctx context.Context, s store.Store, keys *seal.Sealer) error {
	known, err := Compare(ctx, s, keys)
	if err != nil || known {
		return err
	}
	return s.Update(ctx, func(tx store.Tx) error {
		// Another program may have been faster.
		if known, err := compare(tx, keys); err != nil || known {
			return err
		}
		print := keys.Fingerprint()
		return tx.Put(keyRow, print[:])
	})
}
