package session

import (
	"testing"
	"time"

	"nightlatch/server/store"
)

// The number of sessions of an account is limited. The least recently used one
// ends. The number of records of ended sessions is limited too.
func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, 0)
	tokens := make([]string, 0, Max+10)
	for range Max {
		b.at = b.at.Add(time.Second)
		token, _ := b.create("ann", "curl")
		tokens = append(tokens, token)
	}
	other, _ := b.create("bob", "curl")
	b.at = b.at.Add(time.Minute)
	b.update(func(tx store.Tx) error { // the first is used, so the second is the idle one
		s, err := b.Find(tx, tokens[0])
		if err != nil {
			return err
		}
		return b.Touch(tx, s, b.at, b.at)
	})
	newest, _ := b.create("ann", "curl")
	check := func(what, token string, want bool) {
		t.Helper()
		err := b.store.View(t.Context(), func(tx store.Tx) error { _, err := b.Find(tx, token); return err })
		if (err == nil) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	check("the one that was used", tokens[0], true)
	check("the idle one", tokens[1], false)
	check("the next one", tokens[2], true)
	check("the newest", newest, true)
	check("of another account", other, true)

	for range 3 * Max { // all are ended, and one begins
		b.at = b.at.Add(time.Second)
		b.create("ann", "curl")
		b.update(func(tx store.Tx) error { _, err := b.EndOthers(tx, "ann", ""); return err })
	}
	b.update(func(tx store.Tx) error {
		items, err := tx.Scan(prefix("ann"), "", 1000)
		if len(items) > Max {
			t.Errorf("%d records", len(items))
		}
		return err
	})
}
