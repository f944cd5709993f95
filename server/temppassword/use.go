package temppassword

import (
	"fmt"
	"slices"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// An Outcome is what a secret turned out to be.
type Outcome int

// The outcomes. Only Live lets a client in.
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

// Find says what a secret is among an account's temporary passwords. Case,
// spaces, dashes and look-alikes don't matter. The record is empty when
// Unknown. The service is the caller's to compare (Record.Serves). A View is
// enough.
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
	r, err := decode(items[i], m)
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
		return Record{}, Unknown, nil // R85: only so long, whether or not it was forgotten yet
	}
	return r, Expired, nil
}

// get reads one record by the ID a client named, or returns ErrNotFound.
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

// RecordUse notes n uses, the last of which was u (R83). A write for each request
// would cost more than the check, so the caller gathers uses: the first at
// once, then at most one write in a few seconds. Error: ErrNotFound.
func RecordUse(tx store.Tx, accountID, id string, u api.Use, n int) error {
	r, err := get(tx, accountID, id)
	if err != nil {
		return err
	}
	r.Uses += n
	r.LastUsed = &u
	return save(tx, accountID, r)
}

// Revoke ends one at once (R83). One that is over already stays what it was.
// Error: ErrNotFound.
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

// RevokeAll ends all of them and says how many were live (R61, R83).
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
	// A mark that covers nothing any more has no use; the rest are no more than
	// the records, which are few.
	m = slices.DeleteFunc(m, func(old mark) bool { return old.Seq < rs[0].Seq })
	m = append(m, mark{Seq: rs[len(rs)-1].Seq, At: tx.Now().UTC()})
	if err := store.Save(tx, key(accountID, marksID), m); err != nil {
		return 0, fmt.Errorf("temppassword: revoke all: %w", err)
	}
	return n, store.Bump(tx, accountID)
}

// MayText reports whether one may be texted now (R82): only where the policy
// texts any, to a proved phone, at most one in two minutes and five a day.
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
		if !r.Texted || age >= 24*time.Hour {
			continue
		}
		if today++; age < p.TextTemporaryPasswordEvery {
			return false, nil
		}
	}
	return today < p.TextTemporaryPasswordsADay, nil
}
