package store

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Rev returns the revision that Bump counts; 0 for an account that nothing was
// ever written below. As long as it stays, nothing below acct/<account>/ has
// changed.
func Rev(tx Tx, account string) (uint64, error) {
	b, err := tx.Get("acctrev/" + account)
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
