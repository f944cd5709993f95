package bolt

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightlatch/server/store"
)

func now() time.Time { return time.Unix(1_700_000_000, 0) }

func config(path string) Config { return Config{Path: path, Now: now, ReserveBytes: 64 << 10} }

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(config(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func closeStore(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// filled returns the path of a closed database with n keys k/0000 …
func filled(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	s := openAt(t, path)
	for from := 0; from < n; from += store.MaxWrites {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for i := from; i < min(n, from+store.MaxWrites); i++ {
				if err := tx.Put(fmt.Sprintf("k/%04d", i), make([]byte, 100)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	return path
}

func count(t *testing.T, s *Store, prefix string) (n int) {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan(prefix, "", 1<<20)
		n = len(items)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func put(t *testing.T, s *Store, key string) error {
	t.Helper()
	return s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(key, []byte("v")) })
}

// sum is a fingerprint of a file.
func sum(t *testing.T, path string) [sha256.Size]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}
