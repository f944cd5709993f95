package temppassword

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// An Outcome is the result of looking up a secret.
type Outcome int

// The outcomes. Only Live is a success.
const (
	Unknown Outcome = iota
	Live
	Expired // R85
	Revoked // R83
)

func (o Outcome) String() string {
	switch o {
	case Unknown:
		return "unknown"
	case Live:
		return "live"
	case Expired:
		return "expired"
	case Revoked:
		return "revoked"
	}
	return fmt.Sprintf("Outcome(%d)", int(o))
}

// Lookup finds a secret among an account's temporary passwords, like Find, but
// only in the index. It takes the same time for every account, and for an
// unknown user name, whose ID is "". So it can run before the throttle: a
// secret that it finds is not a guess (R43).
func Lookup(tx store.Tx, keys *seal.Sealer, accountID, secret string) (Record, Outcome, error) {
	code, err := account.NormalizeCode(secret)
	if err != nil {
		return Record{}, Unknown, nil
	}
	id, err := tx.Get(indexKey(mac(keys, accountID, code)))
	if errors.Is(err, store.ErrNotFound) {
		return Record{}, Unknown, nil
	}
	if err != nil {
		return Record{}, Unknown, fmt.Errorf("temppassword: look up: %w", err)
	}
	r, err := get(tx, accountID, string(id))
	if errors.Is(err, ErrNotFound) {
		return Record{}, Unknown, nil
	}
	return outcome(tx, r, err)
}

// Find finds a secret among an account's temporary passwords, including those
// made before there was an index. Case, spaces, dashes and look-alike
// characters don't matter. The record is empty if the outcome is Unknown. The
// caller compares the service (Record.Serves). A View is enough.
func Find(tx store.Tx, keys *seal.Sealer, accountID, secret string) (Record, Outcome, error) {
	code, err := account.NormalizeCode(secret)
	if err != nil {
		return Record{}, Unknown, nil
	}
	items, err := tx.Scan(prefix(accountID), "", scanMax)
	if err != nil {
		return Record{}, Unknown, fmt.Errorf("temppassword: find: %w", err)
	}
	items, m, err := split(items, accountID)
	if err != nil {
		return Record{}, Unknown, err
	}
	i := match(items, mac(keys, accountID, code))
	if i < 0 {
		return Record{}, Unknown, nil
	}
	r, err := decode(tx, items[i], m)
	return outcome(tx, r, err)
}

// outcome maps the result of reading r to an Outcome.
func outcome(tx store.Tx, r Record, err error) (Record, Outcome, error) {
	if err != nil {
		return Record{}, Unknown, err
	}
	switch r.State(tx.Now()) {
	case StateLive:
		return r, Live, nil
	case StateRevoked:
		return r, Revoked, nil
	}
	if tx.Now().Sub(r.Expires) > account.TemporaryPasswordKept {
		return Record{}, Unknown, nil // R85, even if the record still exists
	}
	return r, Expired, nil
}

// get returns the record with an ID, or ErrNotFound.
func get(tx store.Tx, accountID, id string) (Record, error) {
	rs, _, err := load(tx, accountID)
	if err != nil {
		return Record{}, err
	}
	for _, r := range rs {
		if r.ID == id {
			return r, nil
		}
	}
	return Record{}, ErrNotFound
}

// RecordUse stores n uses, the last of which was u (R83). A write for each request would
// cost more than the check, so the caller collects uses: it writes the first at once, and
// later ones every few seconds. Error: ErrNotFound.
func RecordUse(tx store.Tx, accountID, id string, u api.Use, n int) error {
	r, err := get(tx, accountID, id)
	if err != nil {
		return err
	}
	r.Uses += n
	r.LastUsed = &u
	return save(tx, accountID, r)
}

// Revoke ends a temporary password at once (R83). One that has already ended does not
// change. Error: ErrNotFound.
func Revoke(tx store.Tx, accountID, id string) error {
	r, err := get(tx, accountID, id)
	if err != nil {
		return err
	}
	if r.State(tx.Now()) != StateLive {
		return nil
	}
	r.Revoked = tx.Now().UTC()
	return save(tx, accountID, r)
}

// RevokeAll ends all of them and returns how many were live (R61, R83).
func RevokeAll(tx store.Tx, accountID string) (n int, err error) {
	rs, m, err := load(tx, accountID)
	if err != nil {
		return 0, err
	}
	for _, r := range rs {
		if r.State(tx.Now()) == StateLive {
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	// Drop revocations that no longer cover a record. The rest are not more than the
	// records, which are few.
	m = slices.DeleteFunc(m, func(old revocation) bool { return old.Seq < rs[0].Seq })
	m = append(m, revocation{Seq: rs[len(rs)-1].Seq, At: tx.Now().UTC()})
	if err := store.Save(tx, key(accountID, revocationsID), m); err != nil {
		return 0, fmt.Errorf("temppassword: revoke all: %w", err)
	}
	return n, store.Bump(tx, accountID)
}

// MayText reports whether a temporary password may be texted now (R82). The policy must
// allow it, the phone must be confirmed, and neither the minimum interval nor the
// number per day may be exceeded.
func MayText(tx store.Tx, a *account.Account, p account.Policy) (bool, error) {
	if !p.TextTemporaryPasswords || !a.PhoneVerified {
		return false, nil
	}
	rs, _, err := load(tx, a.ID)
	if err != nil {
		return false, err
	}
	today := 0
	for _, r := range rs {
		age := tx.Now().Sub(r.Created)
		if !r.Texted || age >= 24*time.Hour || store.Future(tx.Now(), r.Created) { // R86
			continue
		}
		if today++; age < p.TextTemporaryPasswordEvery {
			return false, nil
		}
	}
	return today < p.TextTemporaryPasswordsADay, nil
}
