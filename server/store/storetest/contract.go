package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/store"
)

func testBasics(t *testing.T, s store.Store) {
	if _, ok := get(t, s, "a"); ok {
		t.Error("a new store holds a")
	}
	update(t, s, func(tx store.Tx) error { return tx.Create("a", []byte("1")) })
	if v, _ := get(t, s, "a"); v != "1" {
		t.Errorf("a = %q, want 1", v)
	}
	err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Create("a", []byte("2")) })
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("second create: %v, want ErrExists", err)
	}
	put(t, s, "a", "3", "empty", "")
	if v, _ := get(t, s, "a"); v != "3" {
		t.Errorf("a = %q, want 3", v)
	}
	if v, ok := get(t, s, "empty"); v != "" || !ok {
		t.Errorf("an empty value came back as %q, %v", v, ok)
	}
	for range 2 { // deleting a missing key is not an error
		update(t, s, func(tx store.Tx) error { return tx.Delete("a") })
	}
	if _, ok := get(t, s, "a"); ok {
		t.Error("a is there after delete")
	}
	update(t, s, func(tx store.Tx) error { return tx.Create("a", []byte("4")) })
	if v, _ := get(t, s, "a"); v != "4" {
		t.Errorf("created again: a = %q, want 4", v)
	}
	view(t, s, func(tx store.Tx) error {
		if _, err := tx.Get("b"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get of a missing key: %v, want ErrNotFound", err)
		}
		return nil
	})
}

func testScan(t *testing.T, s store.Store) {
	// "/" sorts after "-" and before "0": neighbours of a prefix on both sides.
	put(t, s, "a-", "x", "a/1", "1", "a/2", "2", "a/20", "20", "a/3", "3", "a0", "x", "b/1", "x", "\xff\xff", "x")
	for _, tt := range []struct {
		name, prefix, after string
		limit               int
		want                []string
	}{
		{"a prefix in order", "a/", "", 10, []string{"a/1", "a/2", "a/20", "a/3"}},
		{"limited", "a/", "", 2, []string{"a/1", "a/2"}},
		{"after a key", "a/", "a/2", 2, []string{"a/20", "a/3"}},
		{"after a key that is not there", "a/", "a/25", 10, []string{"a/3"}},
		{"after the last", "a/", "a/3", 10, nil},
		{"after a key before the prefix", "a/", "a", 1, []string{"a/1"}},
		{"after a key behind the prefix", "a/", "b", 10, nil},
		{"a key is a prefix of itself", "a/2", "", 10, []string{"a/2", "a/20"}},
		{"nothing there", "c/", "", 10, nil},
		{"everything", "", "", 10, []string{"a-", "a/1", "a/2", "a/20", "a/3", "a0", "b/1", "\xff\xff"}},
		{"everything after", "", "b/1", 10, []string{"\xff\xff"}},
		{"the last bytes", "\xff", "", 10, []string{"\xff\xff"}},
		{"no items", "a/", "", 0, nil},
		{"fewer than none", "a/", "", -1, nil},
		{"no bound", "a/", "", int(^uint(0) >> 1), []string{"a/1", "a/2", "a/20", "a/3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scan := func(tx store.Tx) error {
				items, err := tx.Scan(tt.prefix, tt.after, tt.limit)
				if err != nil {
					return err
				}
				var got []string
				for _, it := range items {
					got = append(got, it.Key)
					if want := strings.TrimPrefix(it.Key, "a/"); want != it.Key && string(it.Value) != want {
						t.Errorf("%s = %q", it.Key, it.Value)
					}
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				return nil
			}
			view(t, s, scan)
			update(t, s, scan)
		})
	}
}

func testOwnWrites(t *testing.T, s store.Store) {
	put(t, s, "old", "1", "gone", "1")
	update(t, s, func(tx store.Tx) error {
		steps := []error{
			tx.Put("old", []byte("2")),
			tx.Create("new", []byte("3")),
			tx.Delete("gone"),
		}
		if err := errors.Join(steps...); err != nil {
			return err
		}
		for key, want := range map[string]string{"old": "2", "new": "3"} {
			if v, err := tx.Get(key); err != nil || string(v) != want {
				t.Errorf("%s = %q, %v in its own transaction; want %q", key, v, err, want)
			}
		}
		if _, err := tx.Get("gone"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a deleted key: %v, want ErrNotFound", err)
		}
		if err := tx.Create("new", nil); !errors.Is(err, store.ErrExists) {
			t.Errorf("create after create: %v, want ErrExists", err)
		}
		return tx.Create("gone", []byte("4"))
	})
	if v, _ := get(t, s, "gone"); v != "4" {
		t.Errorf("deleted and created in one transaction: %q, want 4", v)
	}
}

func testScanOwnWrites(t *testing.T, s store.Store) {
	put(t, s, "p/1", "", "p/3", "", "p/5", "", "q/1", "")
	update(t, s, func(tx store.Tx) error {
		steps := []error{tx.Delete("p/1"), tx.Put("p/2", nil), tx.Put("p/3", nil), tx.Put("p/9", nil), tx.Put("o", nil), tx.Put("q", nil)}
		if err := errors.Join(steps...); err != nil {
			return err
		}
		got, err := keys(tx, "p/")
		if want := []string{"p/2", "p/3", "p/5", "p/9"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
		items, err := tx.Scan("p/", "p/2", 2)
		if err != nil || len(items) != 2 || items[0].Key != "p/3" || items[1].Key != "p/5" {
			t.Errorf("a page after an own key: %v, %v", items, err)
		}
		return nil
	})
}

func testRollback(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	boom := errors.New("boom")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := errors.Join(tx.Put("a", []byte("2")), tx.Put("b", nil), tx.Delete("a")); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want the closure's error", err)
	}
	if v, _ := get(t, s, "a"); v != "1" {
		t.Errorf("a = %q after a rollback, want 1", v)
	}
	if _, ok := get(t, s, "b"); ok {
		t.Error("b is there after a rollback")
	}
}

func testPanic(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	for name, run := range map[string]func(context.Context, func(store.Tx) error) error{"view": s.View, "update": s.Update} {
		func() {
			defer func() {
				if p := recover(); p != "boom" {
					t.Errorf("%s: recovered %v, want the closure's panic", name, p)
				}
			}()
			_ = run(t.Context(), func(tx store.Tx) error {
				_ = tx.Put("a", []byte("2"))
				panic("boom")
			})
		}()
	}
	if v, _ := get(t, s, "a"); v != "1" {
		t.Errorf("a = %q after a panic, want 1", v)
	}
	put(t, s, "a", "3") // the store still works
}

func testErrorIdentity(t *testing.T, s store.Store) {
	own := fmt.Errorf("own: %w", store.ErrNotFound)
	for name, run := range map[string]func(context.Context, func(store.Tx) error) error{"view": s.View, "update": s.Update} {
		if err := run(t.Context(), func(store.Tx) error { return own }); err != own { // identity, not errors.Is
			t.Errorf("%s: got %v, want the very same error", name, err)
		}
	}
}

func testReadOnly(t *testing.T, s store.Store) {
	view(t, s, func(tx store.Tx) error {
		for name, err := range map[string]error{
			"create": tx.Create("a", nil), "put": tx.Put("a", nil), "delete": tx.Delete("a"),
		} {
			if !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("%s in a view: %v, want ErrReadOnly", name, err)
			}
		}
		return nil
	})
	if _, ok := get(t, s, "a"); ok {
		t.Error("a view wrote")
	}
}

func testBounds(t *testing.T, s store.Store) {
	big := make([]byte, store.MaxValue+1)
	long := strings.Repeat("k", store.MaxKey+1)
	writes := func(n int) func(tx store.Tx) error {
		return func(tx store.Tx) error {
			for i := range n {
				// Writing the same key again does not count.
				for range 2 {
					if err := tx.Put(fmt.Sprintf("w/%d", i), nil); err != nil {
						return err
					}
				}
			}
			return nil
		}
	}
	for _, tt := range []struct {
		name string
		fn   func(tx store.Tx) error
		err  error
	}{
		{"the largest value", func(tx store.Tx) error { return tx.Put("v", big[1:]) }, nil},
		{"one byte more", func(tx store.Tx) error { return tx.Put("v", big) }, store.ErrTooLarge},
		{"one byte more, created", func(tx store.Tx) error { return tx.Create("n", big) }, store.ErrTooLarge},
		{"the longest key", func(tx store.Tx) error { return tx.Put(long[1:], nil) }, nil},
		{"one longer", func(tx store.Tx) error { return tx.Put(long, nil) }, store.ErrTooLarge},
		{"the most writes", writes(store.MaxWrites), nil},
		{"one more", writes(store.MaxWrites + 1), store.ErrTooLarge},
		{"one more, unnoticed", func(tx store.Tx) error {
			_ = writes(store.MaxWrites + 1)(tx)
			return nil
		}, store.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := s.Update(t.Context(), tt.fn); !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
		})
	}
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("", nil) }); err == nil {
		t.Error("an empty key was accepted")
	}
	if v, _ := get(t, s, "v"); len(v) != store.MaxValue {
		t.Errorf("the largest value came back with %d bytes", len(v))
	}
	if _, ok := get(t, s, fmt.Sprintf("w/%d", store.MaxWrites)); ok {
		t.Error("a transaction that was too large left something")
	}
}

func testCopies(t *testing.T, s store.Store) {
	update(t, s, func(tx store.Tx) error {
		v := []byte("kept")
		if err := tx.Put("a", v); err != nil {
			return err
		}
		copy(v, "lost")
		got, err := tx.Get("a")
		if !bytes.Equal(got, []byte("kept")) {
			t.Errorf("a = %q after the writer changed its slice", got)
		}
		return err
	})
	if v, _ := get(t, s, "a"); v != "kept" {
		t.Errorf("a = %q, want kept", v)
	}
}

func testNow(t *testing.T, s store.Store) {
	check := func(tx store.Tx) error {
		now := tx.Now()
		if now.IsZero() || now.Location() != time.UTC {
			t.Errorf("now is %v; want a time in UTC", now)
		}
		if again := tx.Now(); again != now {
			t.Errorf("time moved from %v to %v", now, again)
		}
		return nil
	}
	view(t, s, check)
	update(t, s, check)
}

func testContext(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, run := range map[string]func(context.Context, func(store.Tx) error) error{"view": s.View, "update": s.Update} {
		if err := run(ctx, func(tx store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
	// A context that ends after the closure has run does not split the commit: either
	// Update fails and nothing is written, or it succeeds and everything is.
	ctx, cancel = context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx store.Tx) error {
		cancel()
		return errors.Join(tx.Put("a", nil), tx.Put("b", nil))
	})
	_, a := get(t, s, "a")
	_, b := get(t, s, "b")
	if a != (err == nil) || b != a {
		t.Errorf("update answered %v; a is there: %v, b: %v", err, a, b)
	}
}

func testClosed(t *testing.T, s store.Store) {
	put(t, s, "a", "1")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	for name, run := range map[string]func(context.Context, func(store.Tx) error) error{"view": s.View, "update": s.Update} {
		if err := run(t.Context(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
			t.Errorf("%s after close: %v, want ErrClosed", name, err)
		}
	}
}
