// Package device remembers the devices that have signed in to an account (R43). A device
// shows a token that it got at an earlier sign-in. Its failures have a count of their own,
// so a stranger's wrong tries do not make its owner wait.
//
// A token opens nothing: the password and the second step are asked for as always. It is
// 256 random bits behind the account's ID, and the store has only a keyed hash of it. An
// account remembers a limited number of devices in one record; the one that was not used
// for the longest time is forgotten first.
package device

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Max is the number of devices that an account remembers.
const Max = 20

// Kind is the part of the store key that follows the account's part.
const Kind = "devices"

const (
	tokenPrefix = "nld_"
	accountLen  = 26 // of an account's ID
	tokenLen    = len(tokenPrefix) + accountLen + 43
)

// A Device has signed in to an account.
type Device struct {
	ID      string    `json:"id"` // names its count of failures
	MAC     []byte    `json:"mac"`
	Session string    `json:"session"` // the last session that began on it
	Used    time.Time `json:"used"`    // when that began
}

func key(account string) string { return "acct/" + account + "/" + Kind }

// mac is the keyed hash of a token.
func mac(keys *seal.Sealer, token string) []byte {
	sum := keys.MAC("device", token)
	return sum[:]
}

func load(tx store.Tx, account string) ([]Device, error) {
	var ds []Device
	if err := store.Load(tx, key(account), &ds); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("device: load: %w", err)
	}
	return ds, nil
}

func save(tx store.Tx, account string, ds []Device) error {
	if err := store.Save(tx, key(account), ds); err != nil {
		return fmt.Errorf("device: save: %w", err)
	}
	return store.Bump(tx, account)
}

// Find returns the account and the device of a token; "" if no account knows it. It costs
// the same for every token of the right form. A View is enough.
func Find(tx store.Tx, keys *seal.Sealer, token string) (account string, d Device, err error) {
	if len(token) != tokenLen || !strings.HasPrefix(token, tokenPrefix) {
		return "", Device{}, nil
	}
	account = token[len(tokenPrefix) : len(tokenPrefix)+accountLen]
	if strings.ContainsFunc(account, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '2' || r > '7') }) {
		return "", Device{}, nil
	}
	ds, err := load(tx, account)
	if err != nil {
		return "", Device{}, err
	}
	if i := match(ds, mac(keys, token)); i >= 0 {
		return account, ds[i], nil
	}
	return "", Device{}, nil
}

// match returns the index of the device with that hash, or -1. It compares all in constant
// time.
func match(ds []Device, sum []byte) int {
	found := -1
	for i, d := range ds {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(d.MAC, sum), i, found)
	}
	return found
}

// Remember records that a session of the account began on the device that showed the
// token, and returns its token for the next time. A device that the account does not know
// gets a new one. dropped is the ID of the device that was forgotten for it, if any.
func Remember(tx store.Tx, keys *seal.Sealer, account, shown, session string) (token, dropped string, err error) {
	ds, err := load(tx, account)
	if err != nil {
		return "", "", err
	}
	now := tx.Now().UTC()
	if i := match(ds, mac(keys, shown)); i >= 0 {
		ds[i].Session, ds[i].Used = session, now
		return shown, "", save(tx, account, ds)
	}
	if len(ds) >= Max {
		slices.SortStableFunc(ds, func(a, b Device) int { return cmp.Compare(a.Used.UnixNano(), b.Used.UnixNano()) })
		dropped, ds = ds[0].ID, ds[1:]
	}
	var secret [32]byte
	rand.Read(secret[:]) // never fails (crypto/rand)
	token = tokenPrefix + account + base64.RawURLEncoding.EncodeToString(secret[:])
	ds = append(ds, Device{ID: strings.ToLower(rand.Text()), MAC: mac(keys, token), Session: session, Used: now})
	return token, dropped, save(tx, account, ds)
}

// ForgetIf forgets the devices for which drop returns true, and returns their IDs.
func ForgetIf(tx store.Tx, account string, drop func(Device) bool) (ids []string, err error) {
	ds, err := load(tx, account)
	if err != nil {
		return nil, err
	}
	kept := ds[:0:0]
	for _, d := range ds {
		if drop(d) {
			ids = append(ids, d.ID)
		} else {
			kept = append(kept, d)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return ids, save(tx, account, kept)
}

// IDs lists the devices that an account remembers.
func IDs(tx store.Tx, account string) ([]string, error) {
	ds, err := load(tx, account)
	ids := make([]string, len(ds))
	for i, d := range ds {
		ids[i] = d.ID
	}
	return ids, err
}
