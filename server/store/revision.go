package store

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// revisionKey is where the revision of an account is stored: eight bytes,
// big-endian. It has its own key so that a new session does not rewrite the
// account's record.
func revisionKey(account string) string { return "acctrev/" + account }

// Rev returns the revision of an account, 0 if nothing was ever written below
// acct/<account>/. While the revision is the same, nothing below that prefix has
// changed.
func Rev(tx Tx, account string) (uint64, error) {
	b, err := tx.Get(revisionKey(account))
	switch {
	case errors.Is(err, ErrNotFound):
		return 0, nil
	case err != nil:
		return 0, err
	case len(b) != 8:
		return 0, fmt.Errorf("store: revision of %s: %d bytes", account, len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

// Bump adds one to the revision of an account. Every transaction that writes
// below acct/<account>/ calls it. Two transactions that change one account then
// read and write the same key, so a store that runs them in parallel detects the
// conflict.
func Bump(tx Tx, account string) error {
	rev, err := Rev(tx, account)
	if err != nil {
		return err
	}
	return tx.Put(revisionKey(account), binary.BigEndian.AppendUint64(nil, rev+1))
}
