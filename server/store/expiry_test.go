package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

var start = time.Unix(1_700_000_000, 0).UTC()

// A clock is set by the test.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func all(t *testing.T, s store.Store) (keys []string) {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("", "", 1<<20)
		keys = nil
		for _, it := range items {
			keys = append(keys, it.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestReap(t *testing.T) {
	t.Parallel()
	c := &clock{at: start}
	s := storetest.New(t, c.now)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for _, key := range []string{"cerm/1", "acct/a/sess/1", "uniq/sess/x", "cerm/2", "cerm/3"} {
			if err := tx.Put(key, nil); err != nil {
				return err
			}
		}
		return errors.Join(
			store.ExpireAt(tx, start.Add(time.Second), "cerm/1"),
			store.ExpireAt(tx, start.Add(time.Second), "acct/a/sess/1", "uniq/sess/x"),
			store.ExpireAt(tx, start.Add(time.Hour), "cerm/2"),
			store.ExpireAt(tx, start.Add(time.Second), "cerm/3"),
			store.CancelExpiry(tx, start.Add(time.Second), "cerm/3"),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	before := all(t, s)
	if n, err := store.Reap(t.Context(), s); n != 0 || err != nil {
		t.Errorf("too early: %d rows, %v", n, err)
	}
	if got := all(t, s); !slices.Equal(got, before) {
		t.Errorf("too early it left %q", got)
	}
	c.at = start.Add(time.Second)
	if n, err := store.Reap(t.Context(), s); n != 2 || err != nil {
		t.Errorf("%d rows, %v; want 2", n, err)
	}
	want := []string{"acctrev/a", "cerm/2", "cerm/3", fmt.Sprintf("exp/%d/cerm/2", start.Add(time.Hour).UnixMilli())}
	if got := all(t, s); !slices.Equal(got, want) {
		t.Errorf("it left %q, want %q", got, want)
	}
}

// TestReapMany: more rows than fit one transaction.
func TestReapMany(t *testing.T) {
	t.Parallel()
	c := &clock{at: start}
	s := storetest.New(t, c.now)
	for i := range 100 {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			keys := make([]string, 4)
			for k := range keys {
				keys[k] = fmt.Sprintf("acct/%d/x/%d", i, k)
				if err := tx.Put(keys[k], nil); err != nil {
					return err
				}
			}
			return store.ExpireAt(tx, start, keys...)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := store.Reap(t.Context(), s); n != 100 || err != nil {
		t.Errorf("%d rows, %v; want 100", n, err)
	}
	for _, key := range all(t, s) {
		if key[:8] != "acctrev/" {
			t.Errorf("%s is left", key)
		}
	}
}

func TestBump(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, (&clock{at: start}).now)
	value := func(account string) (v string) {
		if err := s.View(t.Context(), func(tx store.Tx) error {
			b, err := tx.Get("acctrev/" + account)
			v = string(b)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return v
	}
	seen := make(map[string]bool)
	for range 300 {
		if err := s.Update(t.Context(), func(tx store.Tx) error { return store.Bump(tx, "a") }); err != nil {
			t.Fatal(err)
		}
		if v := value("a"); seen[v] {
			t.Fatalf("revision %x was used twice", v)
		}
		seen[value("a")] = true
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, (&clock{at: start}).now)
	type thing struct{ A string }
	err := s.Update(t.Context(), func(tx store.Tx) error {
		var got thing
		if err := store.Load(tx, "k", &got); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("load of nothing: %v", err)
		}
		if err := store.Insert(tx, "k", thing{"1"}); err != nil {
			return err
		}
		if err := store.Insert(tx, "k", thing{"2"}); !errors.Is(err, store.ErrExists) {
			t.Errorf("insert twice: %v", err)
		}
		if err := store.Save(tx, "k", thing{"3"}); err != nil {
			return err
		}
		if err := store.Load(tx, "k", &got); err != nil || got.A != "3" {
			t.Errorf("load: %v, %v", got, err)
		}
		return tx.Put("k", []byte("{"))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx store.Tx) error { return store.Load(tx, "k", new(thing)) })
	if err == nil {
		t.Error("half a value was loaded")
	}
}
