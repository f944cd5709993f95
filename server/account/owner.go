package account

import (
	"context"
	"errors"
	"fmt"

	"nightlatch/server/store"
)

// ownerKey is the store key of the ID of the account that owns the server.
const ownerKey = "conf/owner"

// Owner returns the ID of the account that owns the server, "" if there is none.
func Owner(tx store.Tx) (string, error) {
	switch owner, err := tx.Get(ownerKey); {
	case errors.Is(err, store.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("account: owner: %w", err)
	default:
		return string(owner), nil
	}
}

// ClaimOwner makes an account the owner of the server, unless the server has one. Of two
// simultaneous claims, one succeeds.
func ClaimOwner(tx store.Tx, id string) (claimed bool, err error) {
	if owner, err := Owner(tx); err != nil || owner != "" {
		return false, err
	}
	return true, SetOwner(tx, id)
}

// SetOwner makes an account the owner of the server and replaces any other owner.
func SetOwner(tx store.Tx, id string) error {
	if err := tx.Put(ownerKey, []byte(id)); err != nil {
		return fmt.Errorf("account: owner: %w", err)
	}
	return nil
}

// IsOwner reports whether an account is the owner of the server.
func IsOwner(tx store.Tx, id string) (bool, error) {
	owner, err := Owner(tx)
	return id != "" && owner == id, err
}

// AdoptOwner makes the oldest account the owner in a database of an earlier version (R7). It
// marks a database without accounts, so that a later account, which any stranger may create if
// sign-up is open, does not become the owner this way.
func AdoptOwner(ctx context.Context, s store.Store) error {
	var oldest *Account
	known := false
	after := ""
	for more := true; more && !known; {
		err := s.View(ctx, func(tx store.Tx) error {
			_, err := tx.Get(ownerKey)
			if known = err == nil; known || !errors.Is(err, store.ErrNotFound) {
				return err
			}
			items, err := tx.Scan("uniq/login/", after, adoptPage)
			if err != nil {
				return err
			}
			more = len(items) == adoptPage
			for _, item := range items {
				after = item.Key
				a, err := Load(tx, string(item.Value))
				if err != nil {
					return err
				}
				if oldest == nil || a.Created.Before(oldest.Created) {
					oldest = a
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("account: first owner: %w", err)
		}
	}
	if known {
		return nil
	}
	return s.Update(ctx, func(tx store.Tx) error {
		if oldest == nil {
			return SetOwner(tx, "")
		}
		_, err := ClaimOwner(tx, oldest.ID)
		return err
	})
}

// adoptPage is the number of accounts that are read in one transaction.
const adoptPage = 1000
