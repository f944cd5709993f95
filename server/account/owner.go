package account

import (
	"errors"
	"fmt"

	"nightlatch/server/store"
)

// ownerKey is the store key of the ID of the account that owns the server.
const ownerKey = "conf/owner"

// ClaimOwner makes an account the owner of the server, unless another one is already.
// Of two simultaneous claims, one succeeds.
func ClaimOwner(tx store.Tx, id string) error {
	switch _, err := tx.Get(ownerKey); {
	case err == nil:
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("account: owner: %w", err)
	}
	return SetOwner(tx, id)
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
	switch owner, err := tx.Get(ownerKey); {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("account: owner: %w", err)
	default:
		return id != "" && string(owner) == id, nil
	}
}
