package checked

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

// engine returns an empty back end.
func engine(t *testing.T) store.Store {
	t.Helper()
	s, err := bolt.Open(bolt.Config{
		Path: filepath.Join(t.TempDir(), "test.db"), ReserveBytes: 1,
		Now: func() time.Time { return time.Unix(1_700_000_000, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(t *testing.T, s store.Store, key string, value []byte) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, value) }); err != nil {
		t.Fatal(err)
	}
}

// raw returns what a back end has at key.
func raw(t *testing.T, s store.Store, key string) (value []byte) {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error {
		b, err := tx.Get(key)
		value = bytes.Clone(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func flipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}

// damages lists how a value on a disk can be damaged.
func damages(stored, other []byte) map[string][]byte {
	all := map[string][]byte{
		"cut off": stored[:len(stored)-1], "longer": append(bytes.Clone(stored), 0), "empty": {}, "of another key": other,
		"without its checksum": stored[:len(stored)-seal.ChecksumSize],
	}
	for bit := range 8 * len(stored) {
		all[fmt.Sprintf("bit %d", bit)] = flipped(stored, bit)
	}
	return all
}

// Every changed value is found and named, even if the caller ignores the
// error, and is never reported as absent. A transaction that read one writes
// nothing.
func TestDamagedValues(t *testing.T) {
	t.Parallel()
	e := engine(t)
	s, err := Open(t.Context(), e, seal.New([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	const at, beside = "acct/a/authn/app", "acct/b/authn/app"
	put(t, s, at, []byte("a value"))
	put(t, s, beside, []byte("a value")) // the same value
	whole := raw(t, e, at)
	if len(whole) != len("a value")+16 {
		t.Errorf("it is stored in %d bytes", len(whole))
	}
	check := func(what string, err error) {
		t.Helper()
		var damaged *store.DamagedError
		if !errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNotFound) || !errors.As(err, &damaged) || damaged.Key != at || damaged.Account() != "a" {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && (!strings.Contains(err.Error(), at) || strings.Contains(err.Error(), "a value")) {
			t.Errorf("%s: it says %q", what, err)
		}
	}
	for what, stored := range damages(whole, raw(t, e, beside)) {
		put(t, e, at, stored)
		check(what+", get", s.View(t.Context(), func(tx store.Tx) error {
			_, err := tx.Get(at)
			if err == nil {
				return errors.New("it was read")
			}
			return nil // the caller ignores the error
		}))
		check(what+", scan", s.Update(t.Context(), func(tx store.Tx) error {
			if items, err := tx.Scan("acct/", "", 10); err == nil || len(items) > 0 {
				return errors.New("it was listed")
			}
			return tx.Put("written", nil)
		}))
		check(what+", create", s.Update(t.Context(), func(tx store.Tx) error {
			_, err := tx.Get(at)
			return errors.Join(err, tx.Create("written", nil))
		}))
	}
	put(t, e, at, whole)
	if string(raw(t, s, at)) != "a value" {
		t.Error("the whole value is not read")
	}
	err = s.View(t.Context(), func(tx store.Tx) error {
		_, err := tx.Get("written")
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a transaction that read damage was committed: %v", err)
	}
}

// The rows of the layer are hidden and never changed, so a store that was
// emptied still belongs to its key.
func TestOwnRowsAreHidden(t *testing.T) {
	t.Parallel()
	e := engine(t)
	s, err := Open(t.Context(), e, seal.New([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	for what, fn := range map[string]func(store.Tx) error{
		"put":    func(tx store.Tx) error { return tx.Put(keyRow, nil) },
		"create": func(tx store.Tx) error { return tx.Create(keyRow, nil) },
		"delete": func(tx store.Tx) error { return tx.Delete(keyRow) },
	} {
		if err := s.Update(t.Context(), fn); err == nil {
			t.Errorf("%s was allowed", what)
		}
	}
	err = s.View(t.Context(), func(tx store.Tx) error {
		if _, err := tx.Get(keyRow); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("get: %v", err)
		}
		for _, prefix := range []string{"", keyRow[:1], keyRow} {
			if items, err := tx.Scan(prefix, "", 10); len(items) > 0 || err != nil {
				t.Errorf("scan of %q: %d items, %v", prefix, len(items), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// BenchmarkGet measures the checksum of a value of typical length.
func BenchmarkGet(b *testing.B) {
	keys, value := seal.New([32]byte{1}), make([]byte, 300)
	stored := attach(keys, "acct/a", value)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := detach(keys, "acct/a", stored); err != nil {
			b.Fatal(err)
		}
	}
}
