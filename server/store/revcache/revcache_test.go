package revcache

import (
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

// An entry is valid until something is written below its account.
func TestCache(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) })
	var c Cache[string]
	key := [32]byte{1}
	get := func() string {
		var got string
		err := s.View(t.Context(), func(tx store.Tx) (err error) {
			got, _, err = c.Get(tx, key)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	bump := func() {
		if err := s.Update(t.Context(), func(tx store.Tx) error { return store.Bump(tx, "a") }); err != nil {
			t.Fatal(err)
		}
	}
	put := func() {
		if err := s.View(t.Context(), func(tx store.Tx) error { return c.Put(tx, key, "a", "known") }); err != nil {
			t.Fatal(err)
		}
	}
	put()
	if got := get(); got != "" {
		t.Errorf("an account without a revision gave %q", got)
	}
	bump()
	put()
	if got := get(); got != "known" {
		t.Errorf("got %q", got)
	}
	bump()
	if got := get(); got != "" {
		t.Errorf("after a write: %q", got)
	}
	put()
	c.Clear()
	if got := get(); got != "" {
		t.Errorf("after Clear: %q", got)
	}
	for i := range maxEntries + 1 {
		key = [32]byte{byte(i), byte(i >> 8), 1}
		put()
	}
	if n := len(c.entries); n > maxEntries {
		t.Errorf("%d entries", n)
	}
}
