// Package temppassword makes and checks temporary passwords. Clients without a second step
// use them while two-factor is on (R80).
//
// A temporary password is 80 random bits in the form of a backup code. It is shown once
// and valid for exactly one hour and any number of uses (R81). It has a label, can be
// limited to one service, and can be revoked; at most ten are live (R83). For 30 days
// after its hour it is reported as expired (R85).
//
// Random secrets need no slow hash, and a third-party client may send one with every
// request. So the store has a MAC under the server's key. A value is the 32 bytes of the
// MAC followed by JSON: a check compares a few bytes of each record and decodes one.
package temppassword

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Errors of making and revoking temporary passwords.
var (
	ErrFull         = errors.New("temppassword: the maximum number is live (R83)")
	ErrTwoFactorOff = errors.New("temppassword: two-factor is off (R80)")
	ErrLabel        = errors.New("temppassword: malformed label (R83)")
	ErrService      = errors.New("temppassword: no such service (R83)")
	ErrNotFound     = errors.New("temppassword: not found")
)

// endedMax is the maximum number of expired or revoked ones that are stored.
const endedMax = 40

// Kind is the part of the store key that follows the account's part.
const Kind = "temppw"

func prefix(accountID string) string  { return "acct/" + accountID + "/" + Kind + "/" }
func key(accountID, id string) string { return prefix(accountID) + id }

// indexKey is the store key for the ID of the record with that MAC. A lookup
// there costs the same for every account and for unknown names (R42).
func indexKey(m [32]byte) string {
	return "uniq/" + Kind + "/" + base64.RawURLEncoding.EncodeToString(m[:])
}

// newID returns 130 random bits as 26 characters of base32. None begins with 0, which is
// the ID of the revocations.
func newID() string {
	var b [17]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])[:26])
}

func mac(keys *seal.Sealer, accountID, code string) [32]byte {
	return keys.MAC("temporary-password", accountID, code)
}

// Make creates a temporary password and returns it, to be shown once (R81). Errors:
// ErrTwoFactorOff, ErrFull (R83), ErrLabel, ErrService.
func Make(tx store.Tx, keys *seal.Sealer, a *account.Account, label, service string, texted bool) (api.NewTemporaryPassword, error) {
	var none api.NewTemporaryPassword
	label, err := account.NormalizeLabel(label, account.TemporaryLabelMax)
	if err != nil {
		return none, fmt.Errorf("%w: %w", ErrLabel, err)
	}
	if service != "" && !slices.Contains(api.Services(), service) {
		return none, ErrService
	}
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return none, err
	}
	if !e.TwoFactor() {
		return none, ErrTwoFactorOff
	}
	rs, m, err := load(tx, a.ID)
	if err != nil {
		return none, err
	}
	now := tx.Now().UTC()
	seq := m.last()
	for _, r := range rs {
		seq = max(seq, r.Seq)
	}
	if err := room(rs, now); err != nil {
		return none, err
	}
	if err := prune(tx, a.ID, rs); err != nil {
		return none, err
	}
	code := account.NewCode()
	current, err := epoch.Current(tx)
	if err != nil {
		return none, err
	}
	r := Record{
		ID:      newID(),
		Seq:     seq + 1,
		Label:   label,
		Service: service,
		Created: now,
		Expires: now.Add(account.TemporaryPasswordLife),
		Texted:  texted,
		Epoch:   current,
		mac:     mac(keys, a.ID, code),
	}
	if err := save(tx, a.ID, r); err != nil {
		return none, err
	}
	if err := tx.Put(indexKey(r.mac), []byte(r.ID)); err != nil {
		return none, fmt.Errorf("temppassword: index: %w", err)
	}
	return api.NewTemporaryPassword{ID: r.ID, Password: account.FormatCode(code), Expires: r.Expires}, nil
}

// Room returns ErrFull if no more temporary password can be made now (R83).
func Room(tx store.Tx, accountID string) error {
	rs, _, err := load(tx, accountID)
	if err != nil {
		return err
	}
	return room(rs, tx.Now())
}

func room(rs []Record, now time.Time) error {
	live := 0
	for _, r := range rs {
		if r.State(now) == StateLive {
			live++
		}
	}
	if live >= account.TemporaryPasswordsMax {
		return ErrFull
	}
	return nil
}

// prune deletes records that ended more than TemporaryPasswordKept ago (R85), and the
// oldest ended ones if there are more than endedMax. It deletes at most eight, because
// the number of writes in a transaction is limited.
func prune(tx store.Tx, accountID string, rs []Record) error {
	now := tx.Now()
	var ended []Record
	for _, r := range rs {
		counted := r.Texted && now.Sub(r.Created) < 24*time.Hour // R82 looks back a day
		if r.State(now) != StateLive && !counted {
			ended = append(ended, r)
		}
	}
	deleted := 0
	for i, r := range ended {
		old := now.Sub(r.Expires) > account.TemporaryPasswordKept
		if deleted == 8 || !old && len(ended)-i < endedMax {
			break
		}
		if err := tx.Delete(key(accountID, r.ID)); err != nil {
			return fmt.Errorf("temppassword: prune: %w", err)
		}
		if err := tx.Delete(indexKey(r.mac)); err != nil {
			return fmt.Errorf("temppassword: prune: %w", err)
		}
		deleted++
	}
	return nil
}

// List returns an account's temporary passwords, newest first.
func List(tx store.Tx, accountID string) ([]Record, error) {
	rs, _, err := load(tx, accountID)
	now := tx.Now()
	rs = slices.DeleteFunc(rs, func(r Record) bool {
		return now.Sub(r.Expires) > account.TemporaryPasswordKept
	})
	slices.Reverse(rs)
	return rs, err
}

// Get returns the record with an ID, or ErrNotFound.
func Get(tx store.Tx, accountID, id string) (Record, error) {
	records, err := List(tx, accountID)
	if err != nil {
		return Record{}, err
	}
	for _, r := range records {
		if r.ID == id {
			return r, nil
		}
	}
	return Record{}, ErrNotFound
}

// CountLive returns the number of live temporary passwords.
func CountLive(tx store.Tx, accountID string) (int, error) {
	rs, _, err := load(tx, accountID)
	n := 0
	for _, r := range rs {
		if r.State(tx.Now()) == StateLive {
			n++
		}
	}
	return n, err
}
