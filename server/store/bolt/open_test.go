package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{}, {Path: "x"}, {Now: now}, {Path: "x", Now: now, ReserveBytes: -1}} {
		if _, err := Open(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func TestOpenKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	path := filled(t, 300)
	s := openAt(t, path)
	if n := count(t, s, "k/"); n != 300 {
		t.Errorf("%d keys after reopening, want 300", n)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", fi.Mode(), err)
	}
}

func TestOpenMakesTheDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	openAt(t, filepath.Join(dir, "test.db"))
	if fi, err := os.Stat(dir); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v; want 0700", fi.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestOpenInUse(t *testing.T) {
	t.Parallel()
	path := filled(t, 10)
	s := openAt(t, path)
	before := sum(t, path)
	if _, err := Open(config(path)); !errors.Is(err, store.ErrInUse) {
		t.Errorf("second open: %v, want ErrInUse", err)
	}
	if sum(t, path) != before {
		t.Error("the second open changed the file")
	}
	if err := put(t, s, "still"); err != nil {
		t.Errorf("the first store after the second open: %v", err)
	}
	closeStore(t, s)
	openAt(t, path)
}

// TestOpenAtOnce opens a new database many times at once. One succeeds, the others get
// ErrInUse.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	const programs = 8
	stores, errs := make(chan *Store, programs), make(chan error, programs)
	for range programs {
		go func() {
			s, err := Open(config(path))
			stores <- s
			errs <- err
		}()
	}
	winners := 0
	for range programs {
		switch err := <-errs; {
		case err == nil:
			winners++
		case !errors.Is(err, store.ErrInUse):
			t.Errorf("got %v, want ErrInUse", err)
		}
	}
	for range programs {
		if s := <-stores; s != nil {
			closeStore(t, s)
		}
	}
	if winners != 1 {
		t.Errorf("%d opened it", winners)
	}
}

// overwrite changes bytes of a file in place.
func overwrite(t *testing.T, path string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func noise(n int) []byte {
	rnd := rand.New(rand.NewPCG(3, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

// freelistAt returns the offset of the free list's page.
func freelistAt(t *testing.T, path string) int64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	m, err := newestMeta(f, fi.Size())
	if err != nil {
		t.Fatal(err)
	}
	return int64(m.freelist * m.pageSize)
}

func TestOpenDamaged(t *testing.T) {
	t.Parallel()
	page := int64(os.Getpagesize())
	for name, damage := range map[string]func(t *testing.T, path string){
		"empty":              func(t *testing.T, path string) { truncate(t, path, 0) },
		"one byte":           func(t *testing.T, path string) { truncate(t, path, 1) },
		"a page":             func(t *testing.T, path string) { truncate(t, path, page) },
		"both metas":         func(t *testing.T, path string) { truncate(t, path, 2*page) },
		"half":               func(t *testing.T, path string) { truncate(t, path, 8*page+17) },
		"zeros":              func(t *testing.T, path string) { overwrite(t, path, 0, make([]byte, 4*page)) },
		"zero metas":         func(t *testing.T, path string) { overwrite(t, path, 0, make([]byte, 2*page)) },
		"random metas":       func(t *testing.T, path string) { overwrite(t, path, 0, noise(int(2*page))) },
		"random bytes":       func(t *testing.T, path string) { writeFile(t, path, noise(100_000)) },
		"text":               func(t *testing.T, path string) { writeFile(t, path, []byte(strings.Repeat("hello\n", 9000))) },
		"free list":          func(t *testing.T, path string) { overwrite(t, path, freelistAt(t, path), noise(int(page))) },
		"free list of zeros": func(t *testing.T, path string) { overwrite(t, path, freelistAt(t, path), make([]byte, page)) },
		"free list too long": func(t *testing.T, path string) {
			b := binary.NativeEndian.AppendUint16(nil, 0xFFFF)
			b = binary.NativeEndian.AppendUint32(b, 0)
			b = binary.NativeEndian.AppendUint64(b, 1<<37)
			overwrite(t, path, freelistAt(t, path)+10, b)
		},
		"another program's": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filled(t, 500)
			damage(t, path)
			before := sum(t, path)
			for range 2 { // the first attempt must not keep the lock
				s, err := Open(config(path))
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, store.ErrDamaged) {
					t.Errorf("got %v, want ErrDamaged", err)
				}
			}
			if sum(t, path) != before {
				t.Error("the file was changed")
			}
		})
	}
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOpenTornMeta damages the meta page that was written last, as a power cut during a
// commit does. The commit before it must be readable.
func TestOpenTornMeta(t *testing.T) {
	t.Parallel()
	page := int64(os.Getpagesize())
	for _, n := range []int64{0, 1} {
		path := filled(t, 500)
		overwrite(t, path, n*page+pageHeader, noise(metaSize))
		s := openAt(t, path)
		if n := count(t, s, "k/"); n < 500-store.MaxWrites {
			t.Errorf("meta %d torn: %d keys", n, n)
		}
	}
}

// TestDamagedWhileRunning overwrites pages of an open database. Reading and writing return
// correct data or ErrDamaged, and never end the program.
func TestDamagedWhileRunning(t *testing.T) {
	t.Parallel()
	sound, err := os.ReadFile(filled(t, 2000))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for seed := range uint64(40) {
		path := filepath.Join(dir, fmt.Sprint(seed))
		writeFile(t, path, sound)
		s, err := Open(config(path))
		if err != nil {
			t.Fatal(err)
		}
		rnd := rand.New(rand.NewPCG(seed, 1))
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		page := int64(os.Getpagesize())
		switch seed % 4 {
		case 0: // single bytes
			for range 200 {
				overwrite(t, path, 2*page+rnd.Int64N(fi.Size()-3*page), noise(1+rnd.IntN(30)))
			}
		case 1: // whole pages
			for range 20 {
				overwrite(t, path, (2+rnd.Int64N(fi.Size()/page-2))*page, noise(int(page)))
			}
		case 2: // counts in page headers, or the elements after them
			for at := 2 * page; at < fi.Size(); at += page {
				if rnd.IntN(2) == 0 {
					overwrite(t, path, at+10, noise(2))
				} else {
					overwrite(t, path, at+pageHeader+rnd.Int64N(60), noise(1+rnd.IntN(8)))
				}
			}
		case 3: // truncate the file while it is mapped
			truncate(t, path, (3+rnd.Int64N(4))*page)
		}
		for range 20 {
			after := ""
			if rnd.IntN(2) == 0 {
				after = "k/1000"
			}
			err := s.View(t.Context(), func(tx store.Tx) error {
				items, err := tx.Scan("k/", after, 3000)
				for _, it := range items {
					_ = string(it.Value)
				}
				return err
			})
			if err != nil && !errors.Is(err, store.ErrDamaged) {
				t.Errorf("seed %d: view: %v", seed, err)
			}
			err = put(t, s, "k/"+string(rune('a'+rnd.IntN(26))))
			if err != nil && !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("seed %d: update: %v", seed, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Errorf("seed %d: close: %v", seed, err)
		}
	}
}

// TestMetasLostWhileRunning overwrites both meta pages of an open database.
func TestMetasLostWhileRunning(t *testing.T) {
	t.Parallel()
	path := filled(t, 100)
	s, err := Open(config(path))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Failed():
		t.Error("damage was reported before the file was damaged")
	default:
	}
	overwrite(t, path, 0, noise(2*os.Getpagesize()))
	if err := put(t, s, "x"); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("update: %v, want ErrDamaged", err)
	}
	if err := s.View(t.Context(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("view: %v, want ErrDamaged", err)
	}
	select {
	case <-s.Failed():
	default:
		t.Error("the channel of Failed is not closed")
	}
	closeStore(t, s)
}

func TestOpenNewerVersion(t *testing.T) {
	t.Parallel()
	path := filled(t, 10)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		db.Update(func(tx *bbolt.Tx) error { return setSchema(tx, len(migrations)+1) }),
		db.Close(),
	)
	if err != nil {
		t.Fatal(err)
	}
	before := sum(t, path)
	if _, err := Open(config(path)); !errors.Is(err, store.ErrNewerVersion) {
		t.Errorf("got %v, want ErrNewerVersion", err)
	}
	if sum(t, path) != before {
		t.Error("the file was changed")
	}
	if copies, _ := filepath.Glob(path + ".schema-*"); len(copies) > 0 {
		t.Errorf("it was copied: %q", copies)
	}
}

func TestOpenNewerFileFormat(t *testing.T) {
	t.Parallel()
	path := filled(t, 10)
	f, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	for _, at := range []int{0, page} {
		m := f[at+pageHeader : at+pageHeader+metaSize]
		binary.NativeEndian.PutUint32(m[4:], metaVersion+1)
		binary.NativeEndian.PutUint64(m[56:], fnv64(m[:56]))
	}
	writeFile(t, path, f)
	before := sum(t, path)
	if _, err := Open(config(path)); !errors.Is(err, store.ErrNewerVersion) {
		t.Errorf("got %v, want ErrNewerVersion", err)
	}
	if sum(t, path) != before {
		t.Error("the file was changed")
	}
}

func TestOpenNotWritable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), []byte("x"))
	for name, path := range map[string]string{
		"below a file":   filepath.Join(dir, "file", "test.db"),
		"is a directory": dir,
	} {
		if _, err := Open(config(path)); !errors.Is(err, store.ErrNotWritable) {
			t.Errorf("%s: %v, want ErrNotWritable", name, err)
		}
	}
}

func TestReserveIsCreatedAndRecreated(t *testing.T) {
	t.Parallel()
	path := filled(t, 10)
	size := func() int64 {
		fi, err := os.Stat(path + ".reserve")
		if errors.Is(err, fs.ErrNotExist) {
			return -1
		}
		if err != nil {
			t.Fatal(err)
		}
		return fi.Size()
	}
	if got := size(); got != 64<<10 {
		t.Errorf("the reserve has %d bytes", got)
	}
	if err := os.Remove(path + ".reserve"); err != nil {
		t.Fatal(err)
	}
	openAt(t, path)
	if got := size(); got != 64<<10 {
		t.Errorf("the reserve has %d bytes after it was lost and the store opened again", got)
	}
}
