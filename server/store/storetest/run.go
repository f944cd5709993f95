package storetest

import (
	"context"
	"errors"
	"testing"

	"nightlatch/server/store"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// Run tests a back end against the contract of package store. back returns a
// new empty store and closes it when the test ends. Every case runs with
// checksums, as in the server, and again with Twice on top.
func Run(t *testing.T, back func(t *testing.T) store.Store) {
	open := func(t *testing.T) store.Store {
		s, err := checked.Open(t.Context(), back(t), seal.New([32]byte{1}))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s store.Store)
	}{
		{"get put create delete", testBasics},
		{"scan", testScan},
		{"own writes are visible", testOwnWrites},
		{"scan sees own writes", testScanOwnWrites},
		{"an error changes nothing", testRollback},
		{"a panic changes nothing", testPanic},
		{"the closure's error is returned unchanged", testErrorIdentity},
		{"a view cannot write", testReadOnly},
		{"bounds", testBounds},
		{"values are copied", testCopies},
		{"time stands still in a transaction", testNow},
		{"an ended context", testContext},
		{"after close", testClosed},
		{"counters are exact", testCounters},
		{"errors roll back alone", testErrorsAlone},
		{"a view is a snapshot", testSnapshot},
		{"one create wins", testOneWinner},
		{"random operations", testRandom},
		{"linearizable", testLinearizable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Run("once", func(t *testing.T) { c.run(t, open(t)) })
			t.Run("twice", func(t *testing.T) { c.run(t, Twice(open(t))) })
		})
	}
}

// update and view fail the test on an error.
func update(t *testing.T, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

func put(t *testing.T, s store.Store, pairs ...string) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.Put(pairs[i], []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	})
}

// get returns a committed value, or "" and false.
func get(t *testing.T, s store.Store, key string) (value string, ok bool) {
	t.Helper()
	value, ok, err := read(t.Context(), s, key)
	if err != nil {
		t.Fatalf("view: %v", err)
	}
	return value, ok
}

func read(ctx context.Context, s store.Store, key string) (value string, ok bool, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		b, err := tx.Get(key)
		value, ok = string(b), err == nil
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return value, ok, err
}

// keys returns all keys with a prefix.
func keys(tx store.Tx, prefix string) ([]string, error) {
	items, err := tx.Scan(prefix, "", 1000)
	list := make([]string, len(items))
	for i, it := range items {
		list[i] = it.Key
	}
	return list, err
}
