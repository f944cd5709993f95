// Package temppassword makes and checks temporary passwords: what a client that
// knows only a user name and a password uses while two-factor is on (R80).
//
// One is 80 random bits in the form of a backup code, shown once, good for
// exactly one hour and any number of uses (R81), labelled, perhaps for one
// service, revocable, at most ten at a time (R83). After its hour it still says
// that it expired, for 30 days (R85).
//
// Random secrets need no slow hash (a keyed one is enough, and a third-party
// client may send one with every request), so the store keeps a MAC under the
// server's own key. A value is the MAC's 32 bytes and then JSON, so a check
// compares a few bytes a record and reads one.
package temppassword

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// What making or revoking one can answer.
var (
	ErrFull         = errors.New("temppassword: as many live ones as allowed (R83)")
	ErrTwoFactorOff = errors.New("temppassword: two-factor is off (R80)")
	ErrLabel        = errors.New("temppassword: malformed label (R83)")
	ErrService      = errors.New("temppassword: malformed service (R83)")
	ErrNotFound     = errors.New("temppassword: not found")
)

// deadMax is how many expired or revoked ones an account remembers at most.
const deadMax = 40

// A State is what has become of a temporary password.
type State string

// The states, as api.TemporaryPassword has them.
const (
	StateLive    State = "live"
	StateExpired State = "expired"
	StateRevoked State = "revoked"
)

// A Record is a temporary password without the password.
type Record struct {
	ID       string    `json:"id"`
	Seq      int       `json:"seq"` // order of making, from 1
	Label    string    `json:"label"`
	Service  string    `json:"service,omitempty"` // the only service it works for; "" for any
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires"` // from this moment on it is expired
	Revoked  time.Time `json:"revoked,omitzero"`
	Texted   bool      `json:"texted,omitempty"` // R82
	LastUsed *api.Use  `json:"last_used,omitempty"`
	Uses     int       `json:"uses,omitempty"`

	mac [32]byte
}

// State says what has become of it at a time. One that was revoked before it
// expired stays revoked, and one that was over when all were revoked stays
// expired, even if the clock goes back.
func (r Record) State(now time.Time) State {
	switch {
	case !r.Revoked.IsZero() && r.Revoked.Before(r.Expires):
		return StateRevoked
	case !r.Revoked.IsZero():
		return StateExpired
	case !now.Before(r.Expires):
		return StateExpired // R81: at 60:00, not at 59:59
	}
	return StateLive
}

// Serves reports whether it works for a service (R83).
func (r Record) Serves(service string) bool { return r.Service == "" || r.Service == service }

// API is the record as its owner sees it.
func (r Record) API(now time.Time) api.TemporaryPassword {
	return api.TemporaryPassword{
		ID:       r.ID,
		Label:    r.Label,
		Service:  r.Service,
		Created:  r.Created,
		Expires:  r.Expires,
		LastUsed: r.LastUsed,
		Uses:     r.Uses,
		State:    string(r.State(now)),
		Texted:   r.Texted,
	}
}

func prefix(accountID string) string  { return "acct/" + accountID + "/temppw/" }
func key(accountID, id string) string { return prefix(accountID) + id }

// newID returns 130 random bits as 26 symbols. None begins with 0, the name of
// the marks.
func newID() string {
	var b [17]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])[:26])
}

func mac(keys *seal.Keys, accountID, code string) [32]byte {
	return keys.MAC("temporary-password", accountID, code)
}

// Make makes one and returns it, to be shown once (R81). Errors: ErrTwoFactorOff,
// ErrFull (R83), ErrLabel, ErrService.
func Make(tx store.Tx, keys *seal.Keys, a *account.Account, label, service string, texted bool) (api.NewTemporaryPassword, error) {
	var none api.NewTemporaryPassword
	label, err := account.NormalizeLabel(label, account.TemporaryLabelMax)
	if err != nil {
		return none, ErrLabel
	}
	if service != "" {
		if service, err = account.NormalizeLabel(service, account.TemporaryLabelMax); err != nil {
			return none, ErrService
		}
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
	live, seq := 0, m.last()
	for _, r := range rs {
		if r.State(now) == StateLive {
			live++
		}
		seq = max(seq, r.Seq)
	}
	if live >= account.TemporaryPasswordsMax {
		return none, ErrFull
	}
	if err := forget(tx, a.ID, rs); err != nil {
		return none, err
	}
	code := account.NewCode()
	r := Record{
		ID:      newID(),
		Seq:     seq + 1,
		Label:   label,
		Service: service,
		Created: now,
		Expires: now.Add(account.TemporaryPasswordLife),
		Texted:  texted,
		mac:     mac(keys, a.ID, code),
	}
	if err := save(tx, a.ID, r); err != nil {
		return none, err
	}
	return api.NewTemporaryPassword{ID: r.ID, Password: account.FormatCode(code), Expires: r.Expires}, nil
}

// forget deletes what is over for more than TemporaryPasswordKept (R85), and
// the oldest that are over when there are more than deadMax. At most eight at a
// time, since a transaction is small.
func forget(tx store.Tx, accountID string, rs []Record) error {
	now := tx.Now()
	var dead []Record
	for _, r := range rs {
		counted := r.Texted && now.Sub(r.Created) < 24*time.Hour // R82 looks back a day
		if r.State(now) != StateLive && !counted {
			dead = append(dead, r)
		}
	}
	deleted := 0
	for i, r := range dead {
		old := now.Sub(r.Expires) > account.TemporaryPasswordKept
		if deleted == 8 || !old && len(dead)-i < deadMax {
			break
		}
		if err := tx.Delete(key(accountID, r.ID)); err != nil {
			return fmt.Errorf("temppassword: forget: %w", err)
		}
		deleted++
	}
	return nil
}

// List returns what is known of an account's temporary passwords, newest first.
func List(tx store.Tx, accountID string) ([]Record, error) {
	rs, _, err := load(tx, accountID)
	now := tx.Now()
	rs = slices.DeleteFunc(rs, func(r Record) bool {
		return now.Sub(r.Expires) > account.TemporaryPasswordKept
	})
	slices.Reverse(rs)
	return rs, err
}

// CountLive says how many are live.
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

// A mark says that at a time everything made so far was revoked. The value at
// acct/<id>/temppw/0 is a list of them: one write revokes all, since a
// transaction that turns two-factor off has enough to write already.
type mark struct {
	Seq int       `json:"seq"` // this one and all before
	At  time.Time `json:"at"`
}

// marks are in the order of time, and so of Seq.
type marks []mark

// revoked says when the one with that number was revoked with all others; zero
// if it was not.
func (m marks) revoked(seq int) time.Time {
	for _, mark := range m {
		if seq <= mark.Seq {
			return mark.At
		}
	}
	return time.Time{}
}

// last is the highest number that was revoked with all others.
func (m marks) last() int {
	if len(m) == 0 {
		return 0
	}
	return m[len(m)-1].Seq
}

const marksID = "0" // before every ID

// scanMax is more than an account can have: live ones, dead ones, a day's
// texted ones and the marks.
const scanMax = account.TemporaryPasswordsMax + deadMax + 64

// load reads an account's records in the order of making.
func load(tx store.Tx, accountID string) ([]Record, marks, error) {
	items, err := tx.Scan(prefix(accountID), "", scanMax)
	if err != nil {
		return nil, nil, fmt.Errorf("temppassword: list: %w", err)
	}
	items, m, err := split(items, accountID)
	if err != nil {
		return nil, nil, err
	}
	rs := make([]Record, len(items))
	for i, item := range items {
		if rs[i], err = decode(item, m); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(rs, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return rs, m, nil
}

// split takes the marks off the front of a scan.
func split(items []store.Item, accountID string) ([]store.Item, marks, error) {
	var m marks
	if len(items) > 0 && items[0].Key == key(accountID, marksID) {
		if err := json.Unmarshal(items[0].Value, &m); err != nil {
			return nil, m, fmt.Errorf("temppassword: value of %s: %w", items[0].Key, err)
		}
		items = items[1:]
	}
	return items, m, nil
}

func decode(item store.Item, m marks) (Record, error) {
	var r Record
	if len(item.Value) < len(r.mac) {
		return r, fmt.Errorf("temppassword: value of %s: %d bytes", item.Key, len(item.Value))
	}
	copy(r.mac[:], item.Value)
	if err := json.Unmarshal(item.Value[len(r.mac):], &r); err != nil {
		return r, fmt.Errorf("temppassword: value of %s: %w", item.Key, err)
	}
	if r.Revoked.IsZero() {
		r.Revoked = m.revoked(r.Seq)
	}
	return r, nil
}

func save(tx store.Tx, accountID string, r Record) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("temppassword: save: %w", err)
	}
	if err := tx.Put(key(accountID, r.ID), append(r.mac[:], b...)); err != nil {
		return fmt.Errorf("temppassword: save: %w", err)
	}
	return store.Bump(tx, accountID)
}

// match finds the item whose MAC is m. Every one is compared, each in constant
// time.
func match(items []store.Item, m [32]byte) int {
	found := -1
	for i, item := range items {
		if len(item.Value) >= len(m) {
			found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(item.Value[:len(m)], m[:]), i, found)
		}
	}
	return found
}
