package store

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Bump marks a change below acct/<account>/: it reads and rewrites the account's
// revision, acctrev/<account>, and so makes any two transactions that change one
// account conflict in a store that runs them side by side. It is a key of its
// own, eight bytes, so that a new session does not rewrite the account's record.
func Bump(tx Tx, account string) error {
	key := "acctrev/" + account
	var rev uint64
	switch b, err := tx.Get(key); {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return err
	case len(b) != 8:
		return fmt.Errorf("store: value of %s: %d bytes", key, len(b))
	default:
		rev = binary.BigEndian.Uint64(b)
	}
	return tx.Put(key, binary.BigEndian.AppendUint64(nil, rev+1))
}
