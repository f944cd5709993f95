package bolt

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// pageTypes returns bbolt's type of each page of a valid file. An overflow page has the
// type of the page that it belongs to.
func pageTypes(t *testing.T, path string) (types []string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		for {
			p, err := tx.Page(len(types))
			if p == nil || err != nil {
				return err
			}
			for range 1 + p.OverflowCount {
				types = append(types, p.Type)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return types
}

// soundFile returns the path of a valid database with every kind of page, and the types of
// its pages.
func soundFile(t *testing.T) (whole []byte, types []string) {
	t.Helper()
	path := filled(t, 2000)
	types = pageTypes(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole, types
}

// refusesDamaged opens a damaged file. Open must refuse it, not change it, and not create a
// reserve file.
func refusesDamaged(t *testing.T, path, what string) {
	t.Helper()
	before := sum(t, path)
	s, err := Open(config(path))
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%s: got %v, want ErrDamaged", what, err)
	}
	if sum(t, path) != before {
		t.Errorf("%s: the file was changed", what)
	}
	if _, err := os.Stat(path + ".reserve"); err == nil {
		t.Errorf("%s: a reserve file was created", what)
	}
}

// TestOpenDamagedPage overwrites each page in turn. If the page is in use, the database is
// refused before anything is written.
func TestOpenDamagedPage(t *testing.T) {
	t.Parallel()
	whole, types := soundFile(t)
	page := os.Getpagesize()
	path := filepath.Join(t.TempDir(), "test.db")
	seen := map[string]int{}
	for n := 2; n < len(types); n++ {
		seen[types[n]]++
		for what, b := range map[string][]byte{"noise": noise(page), "zeros": make([]byte, page)} {
			writeFile(t, path, whole)
			overwrite(t, path, int64(n*page), b)
			if types[n] != "free" {
				refusesDamaged(t, path, types[n]+" page, "+what)
				continue
			}
			s, err := Open(config(path))
			if err != nil {
				t.Errorf("a free page, %s: %v", what, err)
				continue
			}
			closeStore(t, s)
			if err := os.Remove(path + ".reserve"); err != nil {
				t.Error(err)
			}
		}
	}
	for _, kind := range []string{"branch", "leaf", "freelist", "free"} {
		if seen[kind] == 0 {
			t.Errorf("no %s page among %v", kind, types)
		}
	}
}

// TestOpenDamagedElement damages values that bbolt uses without a check: lengths, offsets
// and page numbers.
func TestOpenDamagedElement(t *testing.T) {
	t.Parallel()
	whole, types := soundFile(t)
	first := map[string]int64{}
	for n, kind := range types {
		if _, ok := first[kind]; !ok {
			first[kind] = int64(n * os.Getpagesize())
		}
	}
	u16 := func(n uint16) []byte { return binary.NativeEndian.AppendUint16(nil, n) }
	u32 := func(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }
	u64 := func(n uint64) []byte { return binary.NativeEndian.AppendUint64(nil, n) }
	branch, leaf := first["branch"], first["leaf"]
	path := filepath.Join(t.TempDir(), "test.db")
	for what, patch := range map[string]struct {
		at int64
		b  []byte
	}{
		"another page's number":       {leaf, u64(1)},
		"another page type":           {leaf + 8, u16(freelistFlag)},
		"too many elements":           {leaf + 10, u16(0xFFFF)},
		"endless":                     {leaf + 12, u32(1<<32 - 1)},
		"over the next page":          {leaf + 12, u32(1)},
		"an element's flags":          {leaf + 16, u32(0x80)},
		"an element's offset":         {leaf + 16 + 4, u32(1 << 31)},
		"an element's key":            {leaf + 16 + 8, u32(1 << 20)},
		"an element without a key":    {leaf + 16 + 8, u32(0)},
		"an element's value":          {leaf + 16 + 12, u32(1<<32 - 1)},
		"no child":                    {branch + 10, u16(0)},
		"a child's key offset":        {branch + 16, u32(1 << 31)},
		"a child that is a root page": {branch + 16 + 8, u64(0)},
		"a child that is its parent":  {branch + 16 + 8, u64(uint64(branch) / uint64(os.Getpagesize()))},
		"a child past the end":        {branch + 16 + 8, u64(1 << 40)},
	} {
		writeFile(t, path, whole)
		overwrite(t, path, patch.at, patch.b)
		refusesDamaged(t, path, what)
	}
}

// TestInspectIsBounded: inspectPages reads no more pages than its limit, and those nearest
// to the root first.
func TestInspectIsBounded(t *testing.T) {
	t.Parallel()
	path := filled(t, 2000)
	types := pageTypes(t, path)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := newestMeta(f, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	look := func(pages int) error { return inspectPages(f, m, newPageSet(m.pages), pages) }
	page := int64(os.Getpagesize())
	for n, kind := range types {
		if kind == "leaf" && uint64(n) != m.root {
			overwrite(t, path, int64(n)*page, noise(int(page)))
		}
	}
	if err := look(2); err != nil { // the root, and its branch page
		t.Errorf("the two valid pages: %v", err)
	}
	if err := look(3); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("the third page: %v, want ErrDamaged", err)
	}
}
