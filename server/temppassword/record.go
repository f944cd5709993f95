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
	"nightlatch/server/epoch"
	"nightlatch/server/store"
)

// A State is the state of a temporary password.
type State string

// The states, as api.TemporaryPassword has them.
const (
	StateLive    State = "live"
	StateExpired State = "expired"
	StateRevoked State = "revoked"
)

// A Record describes a temporary password. It does not contain the password.
type Record struct {
	ID       string    `json:"id"`
	Seq      int       `json:"seq"` // order of creation, from 1
	Label    string    `json:"label"`
	Service  string    `json:"service,omitempty"` // the only service that accepts it; "" for all
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires"` // from this moment on it has expired
	Revoked  time.Time `json:"revoked,omitzero"`
	Texted   bool      `json:"texted,omitempty"` // R82
	LastUsed *api.Use  `json:"last_used,omitempty"`
	Uses     int       `json:"uses,omitempty"`
	Epoch    uint64    `json:"epoch,omitempty"` // epoch of the database when it was made

	mac [32]byte
}

// State returns the state at a time. If it was revoked before it expired, it stays
// revoked. If it had expired when all were revoked, it stays expired, even if the clock is
// set back.
func (r Record) State(now time.Time) State {
	switch {
	case !r.Revoked.IsZero() && r.Revoked.Before(r.Expires):
		return StateRevoked
	case !r.Revoked.IsZero():
		return StateExpired
	case !store.Valid(now, r.Created, r.Expires):
		return StateExpired // R81: at 60:00, not at 59:59; R86
	}
	return StateLive
}

// Serves reports whether a service accepts it (R83).
func (r Record) Serves(service string) bool { return r.Service == "" || r.Service == service }

// API returns the record in the form that its owner sees.
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

// A revocation revokes all temporary passwords that were made until then. The value at
// acct/<id>/temppw/0 is a list of them: revoking all takes one write, because the number
// of writes in a transaction that turns two-factor off is limited.
type revocation struct {
	Seq int       `json:"seq"` // the last one that it revokes
	At  time.Time `json:"at"`
}

// revocations are ordered by time and Seq.
type revocations []revocation

// revoked returns when the temporary password with that number was revoked, or zero.
func (m revocations) revoked(seq int) time.Time {
	for _, r := range m {
		if seq <= r.Seq {
			return r.At
		}
	}
	return time.Time{}
}

// last returns the highest number that is covered.
func (m revocations) last() int {
	if len(m) == 0 {
		return 0
	}
	return m[len(m)-1].Seq
}

const revocationsID = "0" // sorts before every ID

// scanMax is more than the records an account can have: live ones, ended ones, those
// texted within a day, and the revocations.
const scanMax = account.TemporaryPasswordsMax + endedMax + 64

// load returns an account's records in the order of creation, and the revocations.
func load(tx store.Tx, accountID string) ([]Record, revocations, error) {
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
		if rs[i], err = decode(tx, item, m); err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(rs, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return rs, m, nil
}

// split separates the revocations from the records of a scan.
func split(items []store.Item, accountID string) ([]store.Item, revocations, error) {
	var m revocations
	if len(items) > 0 && items[0].Key == key(accountID, revocationsID) {
		if err := json.Unmarshal(items[0].Value, &m); err != nil {
			return nil, m, fmt.Errorf("temppassword: value of %s: %w", items[0].Key, err)
		}
		items = items[1:]
	}
	return items, m, nil
}

// decode returns a record with its current state: one of another epoch is
// revoked.
func decode(tx store.Tx, item store.Item, m revocations) (Record, error) {
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
	now, err := epoch.Current(tx)
	if err == nil && r.Revoked.IsZero() && r.Epoch != now {
		r.Revoked = r.Created
	}
	return r, err
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

// match returns the index of the item whose MAC is m, or -1. It compares all items in
// constant time.
func match(items []store.Item, m [32]byte) int {
	found := -1
	for i, item := range items {
		if len(item.Value) >= len(m) {
			found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(item.Value[:len(m)], m[:]), i, found)
		}
	}
	return found
}
