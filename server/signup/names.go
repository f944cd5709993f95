package signup

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/netaddr"
	"nightlatch/server/store"
)

// R42: how many names a subscriber may check in which time.
const (
	namesMax   = 10
	namesEvery = time.Hour
)

// A NamesError reports that a subscriber has checked too many names.
type NamesError struct{ RetryAt time.Time }

func (e *NamesError) Error() string { return "signup: too many names were tried from here" }

// asked records when a subscriber checked names, oldest first.
type asked struct {
	At []time.Time `json:"at"`
}

// place returns the subscriber that a client address counts for. All loopback
// addresses count as one, because any program on this computer can use all of
// them. The window of this program has "" and no limit.
func place(client string) string {
	if netaddr.Local(client) {
		return "loopback"
	}
	return netaddr.Subscriber(client)
}

// Ask counts one check of a name. It comes before the answer. Error:
// *NamesError.
func (d *Door) Ask(tx store.Tx, client string) error {
	from := place(client)
	if from == "" {
		return nil
	}
	key, r, err := d.asked(tx, from)
	if err != nil {
		return err
	}
	if len(r.At) >= namesMax {
		return &NamesError{RetryAt: r.At[0].Add(namesEvery)}
	}
	r.At = append(r.At, tx.Now().UTC())
	return d.saveAsked(tx, key, r)
}

// Made removes the last Ask of a client that created the account: it learned
// nothing about another user's name.
func (d *Door) Made(tx store.Tx, client string) error {
	from := place(client)
	if from == "" {
		return nil
	}
	key, r, err := d.asked(tx, from)
	if err != nil || len(r.At) == 0 {
		return err
	}
	r.At = r.At[:len(r.At)-1]
	return d.saveAsked(tx, key, r)
}

func (d *Door) asked(tx store.Tx, from string) (key string, r asked, err error) {
	sum := d.cfg.Sealer.MAC("sign-up place", from)
	key = "rate/sign-up/" + hex.EncodeToString(sum[:16])
	if err := store.Load(tx, key, &r); err != nil && !errors.Is(err, store.ErrNotFound) {
		return key, r, fmt.Errorf("signup: names: %w", err)
	}
	now := tx.Now()
	r.At = slices.DeleteFunc(r.At, func(at time.Time) bool {
		return !now.Before(at.Add(namesEvery)) || at.After(now.Add(time.Minute)) // R86
	})
	return key, r, nil
}

func (d *Door) saveAsked(tx store.Tx, key string, r asked) error {
	if err := store.Save(tx, key, r); err != nil {
		return fmt.Errorf("signup: names: %w", err)
	}
	return store.ExpireAt(tx, tx.Now().Truncate(namesEvery).Add(2*namesEvery), key)
}

func sortByTime(all []Invitation) {
	slices.SortFunc(all, func(a, b Invitation) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
}
