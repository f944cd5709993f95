package bolt_test

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
)

// BenchmarkMillion opens a database with a million accounts, and reads and writes in it.
// Creating it takes seconds.
func BenchmarkMillion(b *testing.B) {
	const accounts = 1_000_000
	path := filepath.Join(b.TempDir(), "million.db")
	fill(b, path, accounts)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			s, err := bolt.Open(config(path))
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
	s, err := bolt.Open(config(path))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	i := 0
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			i += 7919
			if err := s.View(b.Context(), func(tx store.Tx) error {
				_, err := tx.Get("acct/" + id(i%accounts))
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("update", func(b *testing.B) {
		for b.Loop() {
			i += 7919
			if err := s.Update(b.Context(), func(tx store.Tx) error { return store.Bump(tx, id(i%accounts)) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// id returns an account identifier that looks random.
func id(n int) string {
	h := fnv.New128a()
	fmt.Fprint(h, n)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// fill writes accounts with bbolt itself, many in a commit.
func fill(b *testing.B, path string, accounts int) {
	b.Helper()
	s, err := bolt.Open(config(path))
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	keys := make([]string, 0, 3*accounts)
	for i := range accounts {
		keys = append(keys, "acct/"+id(i), "acctrev/"+id(i), "uniq/login/"+id(i))
	}
	slices.Sort(keys) // seconds in order, minutes in random order
	for part := range slices.Chunk(keys, 100_000) {
		err := db.Update(func(tx *bbolt.Tx) error {
			data := tx.Bucket([]byte("data"))
			data.FillPercent = 0.7 // about the result of random writes
			for _, key := range part {
				value := make([]byte, 200)
				if strings.HasPrefix(key, "acctrev/") {
					value = value[:8]
				}
				if err := data.Put([]byte(key), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	if fi, err := os.Stat(path); err == nil {
		b.Logf("%d accounts: %d MiB", accounts, fi.Size()>>20)
	}
}
