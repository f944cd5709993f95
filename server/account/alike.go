package account

import (
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Calls that strangers can reach do the same work for every name (R42). For a
// name without an account, they read the key where the account would be
// stored, and decode a dummy account.

// StandIn is the ID that a name without an account has in such reads. It is a
// keyed hash, so clients cannot choose the key that is read.
func StandIn(keys *seal.Sealer, username string) string {
	mac := keys.MAC("stand-in", Fold(username))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac[:]))[:len(newID())]
}

// nobody is a dummy account in its stored form.
var nobody = func() []byte {
	p := DefaultParams()
	a := New("nobody", formatPHC(p, make([]byte, saltBytes), make([]byte, sumBytes)))
	b, err := json.Marshal(a)
	if err != nil {
		panic(fmt.Sprintf("account: stand-in: %v", err)) // a constant
	}
	return b
}()

// ByLoginAlike is ByLogin with the same work for every name.
func ByLoginAlike(tx store.Tx, keys *seal.Sealer, username string) (*Account, error) {
	standIn := StandIn(keys, username)
	a, err := ByLogin(tx, username)
	if !errors.Is(err, ErrNotFound) {
		return a, err
	}
	if _, err := Load(tx, standIn); !errors.Is(err, ErrNotFound) {
		return nil, fmt.Errorf("account: stand-in: %w", errors.Join(err, errStandIn))
	}
	var decoded Account
	if err := json.Unmarshal(nobody, &decoded); err != nil {
		return nil, fmt.Errorf("account: stand-in: %w", err)
	}
	return nil, ErrNotFound
}

var errStandIn = errors.New("an account has the ID of an unknown name")
