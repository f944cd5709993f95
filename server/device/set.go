package device

import (
	"cmp"
	"crypto/rand"
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

// An Entry is one member of a set.
type Entry struct {
	ID      string    `json:"id"` // names its count of failures
	Index   string    `json:"index"`
	Session string    `json:"session,omitempty"` // the last session that began on the device
	Used    time.Time `json:"used"`              // the last sign-in that was recorded
}

// A Set is a limited number of remembered names of an account. The store has only their keyed
// hashes, in one record, and an index finds a name. The lookup takes the same time for every
// account and for an unknown one (R42).
type Set struct {
	Kind string // the part of the store key that follows the account's part
	max  int
}

// The sets of an account.
var (
	Devices  = Set{Kind: "devices", max: 20}  // by their tokens
	Programs = Set{Kind: "programs", max: 10} // third-party clients, by address and name
)

func (s Set) key(account string) string { return "acct/" + account + "/" + s.Kind }

// index returns the store key for the ID of an account's entry with a name. A restore changes
// this key, so that earlier entries are not found.
func (s Set) index(tx store.Tx, keys *seal.Sealer, account, name string) (string, error) {
	now, err := epoch.Current(tx)
	if err != nil {
		return "", err
	}
	parts := []string{account, name}
	if now > 0 {
		parts = append(parts, strconv.FormatUint(now, 10))
	}
	sum := keys.MAC(s.Kind, parts...)
	return "uniq/" + s.Kind + "/" + base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

func (s Set) load(tx store.Tx, account string) ([]Entry, error) {
	var all []Entry
	if err := store.Load(tx, s.key(account), &all); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("device: load %s: %w", s.Kind, err)
	}
	return all, nil
}

func (s Set) save(tx store.Tx, account string, all []Entry) error {
	if err := store.Save(tx, s.key(account), all); err != nil {
		return fmt.Errorf("device: save %s: %w", s.Kind, err)
	}
	return store.Bump(tx, account)
}

// find returns the ID of the account's entry with that name, "" if there is none. The
// account is "" for an unknown user name.
func (s Set) find(tx store.Tx, keys *seal.Sealer, account, name string) (id string, err error) {
	index, err := s.index(tx, keys, account, name)
	if err != nil {
		return "", err
	}
	b, err := tx.Get(index)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("device: find in %s: %w", s.Kind, err)
	}
	return string(b), nil
}

// remember adds a name or records its use. If there are too many names, it deletes the one that
// was not used for the longest time. Within the time fresh, a use is not written again.
func (s Set) remember(tx store.Tx, keys *seal.Sealer, account, name, session string, fresh time.Duration) error {
	all, err := s.load(tx, account)
	if err != nil {
		return err
	}
	index, err := s.index(tx, keys, account, name)
	if err != nil {
		return err
	}
	now := tx.Now().UTC()
	if i := slices.IndexFunc(all, func(e Entry) bool { return e.Index == index }); i >= 0 {
		if now.Sub(all[i].Used).Abs() < fresh {
			return nil
		}
		all[i].Session, all[i].Used = session, now
		return s.save(tx, account, all)
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return cmp.Compare(a.Used.UnixNano(), b.Used.UnixNano()) })
	for len(all) >= s.max {
		if err := tx.Delete(all[0].Index); err != nil {
			return fmt.Errorf("device: forget one of %s: %w", s.Kind, err)
		}
		all = all[1:]
	}
	e := Entry{ID: strings.ToLower(rand.Text()), Index: index, Session: session, Used: now}
	if err := tx.Put(index, []byte(e.ID)); err != nil {
		return fmt.Errorf("device: remember in %s: %w", s.Kind, err)
	}
	return s.save(tx, account, append(all, e))
}

// ForgetIf forgets the entries for which drop returns true.
func (s Set) ForgetIf(tx store.Tx, account string, drop func(Entry) bool) error {
	all, err := s.load(tx, account)
	if err != nil {
		return err
	}
	kept := all[:0:0]
	for _, e := range all {
		if !drop(e) {
			kept = append(kept, e)
		} else if err := tx.Delete(e.Index); err != nil {
			return fmt.Errorf("device: forget one of %s: %w", s.Kind, err)
		}
	}
	if len(kept) == len(all) {
		return nil
	}
	return s.save(tx, account, kept)
}

// IDs lists the entries of an account.
func (s Set) IDs(tx store.Tx, account string) ([]string, error) {
	all, err := s.load(tx, account)
	ids := make([]string, len(all))
	for i, e := range all {
		ids[i] = e.ID
	}
	return ids, err
}
