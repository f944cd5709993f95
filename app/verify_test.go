package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/audit"
	"nightlatch/server/store"
)

// demoData makes a data directory with the demo accounts.
func demoData(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	cfg := demoConfig()
	cfg.dir, cfg.log = dir, slog.New(slog.DiscardHandler)
	inst, err := openInstance(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := inst.close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A place is the position of a row in the database file.
type place struct {
	name           string // of its kind, such as acct//bcode
	at, key, value int    // offset and lengths
}

// places finds every row in a database file. bbolt maps the file from its start.
func places(t *testing.T, path string) (found []place) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	base := db.Info().Data
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("data")).ForEach(func(k, v []byte) error {
			at := int(uintptr(unsafe.Pointer(&k[0])) - base)
			name := string(k)
			if parts := strings.Split(name, "/"); len(parts) > 2 {
				name = parts[0] + "//" + parts[2]
			} else if len(parts) == 2 {
				name = parts[0]
			}
			found = append(found, place{name, at, len(k), len(v)})
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func verifyFile(t *testing.T, dir string) error {
	t.Helper()
	db, err := openStore(t.Context(), dir, time.Now, false, nil, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.verify(t.Context(), nil)
	return err
}

// verify finds a flipped bit anywhere in a key or a value: in a hash, an address, a list of
// codes, a sealed secret, a number. It finds exchanged values, and rows whose key was changed
// without breaking the order of the keys.
func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	path := filepath.Join(dir, databaseName)
	if err := verifyFile(t, dir); err != nil {
		t.Fatalf("whole: %v", err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(9, 9))
	kinds, flips := map[string]bool{}, 0
	check := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		err := verifyFile(t, dir)
		var broken *audit.BrokenError
		if !errors.Is(err, store.ErrDamaged) && !errors.As(err, &broken) {
			t.Errorf("%s: %v", what, err)
		}
		if damaged := (*damagedRecords)(nil); errors.As(err, &damaged) && (damaged.n != 1 || len(damaged.Error()) < 20) {
			t.Errorf("%s: %v", what, err)
		}
		flips++
	}
	all := places(t, path)
	for _, p := range all {
		kinds[p.name] = true
		for part, span := range map[string][2]int{"key": {p.at, p.key}, "value": {p.at + p.key, p.value}} {
			b := bytes.Clone(whole)
			bit := rnd.IntN(8 * span[1])
			b[span[0]+bit/8] ^= 1 << (bit % 8)
			check(fmt.Sprintf("%s, the %s, bit %d", p.name, part, bit), b)
		}
	}
	if flips < 64 || len(kinds) < 8 {
		t.Errorf("%d flips in %v", flips, kinds)
	}
	for i, p := range all { // two values of the same length under two keys
		for _, q := range all[i+1:] {
			x, y := whole[p.at+p.key:][:p.value], whole[q.at+q.key:][:q.value]
			if p.name != q.name || p.value != q.value || bytes.Equal(x, y) {
				continue
			}
			b := bytes.Clone(whole)
			copy(b[p.at+p.key:], y)
			copy(b[q.at+q.key:], x)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := verifyFile(t, dir); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("two of %s exchanged: %v", p.name, err)
			}
			break
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := verifyFile(t, dir); err != nil {
		t.Errorf("whole again: %v", err)
	}
}

// verify also finds a flipped bit in a page's header, if the bit is used.
func TestVerifyFindsDamagedPages(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	path := filepath.Join(dir, databaseName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := places(t, path)
	page := os.Getpagesize()
	seen := map[int]bool{}
	for _, p := range all {
		n := p.at / page
		if seen[n] {
			continue
		}
		seen[n] = true
		for bit := range 8 * 16 { // the page's header, but for the unused half of its flags
			b := bytes.Clone(whole)
			b[n*page+bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := verifyFile(t, dir); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("page %d, bit %d: %v", n, bit, err)
			}
		}
	}
}
