// Package device remembers the devices that have signed in to an account (R43). A device
// shows a token that it got at its first sign-in. Its failures have a count of their own,
// so a stranger's wrong tries do not make its owner wait.
//
// A token opens nothing: the password and the second step are asked for as always. It is
// 256 random bits and a keyed checksum, so that only tokens of this server are remembered.
// One token serves all accounts of a device. The store has only keyed hashes of it.
//
// An account remembers a limited number of devices in one record; the one that was not used
// for the longest time is forgotten first. An index finds a device: looking there takes as
// long for every account, and for none (R42).
package device

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightlatch/server/epoch"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Max is the number of devices that an account remembers.
const Max = 20

// Kind is the part of the store key that follows the account's part.
const Kind = "devices"

const (
	tokenPrefix = "nld_"
	randomLen   = 32
	sumLen      = 16
)

// A Device has signed in to an account.
type Device struct {
	ID      string    `json:"id"` // names its count of failures
	Index   string    `json:"index"`
	Session string    `json:"session"` // the last session that began on it
	Used    time.Time `json:"used"`    // when that began
}

func key(account string) string { return "acct/" + account + "/" + Kind }

// indexKey is the key of the ID of an account's device with that token. After a restore
// there is another key, so no device of before is found.
func indexKey(tx store.Tx, keys *seal.Sealer, account, token string) (string, error) {
	now, err := epoch.Current(tx)
	if err != nil {
		return "", err
	}
	parts := []string{account, token}
	if now > 0 {
		parts = append(parts, strconv.FormatUint(now, 10))
	}
	sum := keys.MAC("device", parts...)
	return "uniq/device/" + base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// newToken returns a token: random bytes and a checksum that only this server can make.
func newToken(keys *seal.Sealer) string {
	b := make([]byte, randomLen, randomLen+sumLen)
	rand.Read(b) // never fails (crypto/rand)
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(append(b, checksum(keys, b)...))
}

func checksum(keys *seal.Sealer, random []byte) []byte {
	sum := keys.MAC("device token", string(random))
	return sum[:sumLen]
}

// ours reports whether this server made a token.
func ours(keys *seal.Sealer, token string) bool {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(randomLen+sumLen) {
		return false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil && subtle.ConstantTimeCompare(b[randomLen:], checksum(keys, b[:randomLen])) == 1
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

// Find returns the ID of the account's device that shows a token; "" if the account does
// not know it. The account is "" for an unknown user name. A View is enough.
func Find(tx store.Tx, keys *seal.Sealer, account, token string) (id string, err error) {
	if !ours(keys, token) {
		return "", nil
	}
	index, err := indexKey(tx, keys, account, token)
	if err != nil {
		return "", err
	}
	b, err := tx.Get(index)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("device: find: %w", err)
	}
	return string(b), nil
}

// Remember records that a session of the account began on the device that showed a token,
// and returns the token for its next sign-in: the same, or a new one if this server did not
// make it.
func Remember(tx store.Tx, keys *seal.Sealer, account, shown, session string) (token string, err error) {
	ds, err := load(tx, account)
	if err != nil {
		return "", err
	}
	if token = shown; !ours(keys, token) {
		token = newToken(keys)
	}
	index, err := indexKey(tx, keys, account, token)
	if err != nil {
		return "", err
	}
	now := tx.Now().UTC()
	if i := slices.IndexFunc(ds, func(d Device) bool { return d.Index == index }); i >= 0 {
		ds[i].Session, ds[i].Used = session, now
		return token, save(tx, account, ds)
	}
	slices.SortStableFunc(ds, func(a, b Device) int { return cmp.Compare(a.Used.UnixNano(), b.Used.UnixNano()) })
	for len(ds) >= Max {
		if err := tx.Delete(ds[0].Index); err != nil {
			return "", fmt.Errorf("device: forget: %w", err)
		}
		ds = ds[1:]
	}
	d := Device{ID: strings.ToLower(rand.Text()), Index: index, Session: session, Used: now}
	if err := tx.Put(index, []byte(d.ID)); err != nil {
		return "", fmt.Errorf("device: remember: %w", err)
	}
	return token, save(tx, account, append(ds, d))
}

// ForgetIf forgets the devices for which drop returns true.
func ForgetIf(tx store.Tx, account string, drop func(Device) bool) error {
	ds, err := load(tx, account)
	if err != nil {
		return err
	}
	kept := ds[:0:0]
	for _, d := range ds {
		if !drop(d) {
			kept = append(kept, d)
		} else if err := tx.Delete(d.Index); err != nil {
			return fmt.Errorf("device: forget: %w", err)
		}
	}
	if len(kept) == len(ds) {
		return nil
	}
	return save(tx, account, kept)
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
