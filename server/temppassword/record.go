package temppassword

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

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
