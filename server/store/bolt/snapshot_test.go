package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"nightlatch/server/store"
)

// While the database changes, a copy has the announced size and the state of
// one moment, and can be opened.
func TestSnapshotShowsOneMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(Config{Path: filepath.Join(dir, "a.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put := func(from, to int) {
		for i := from; i < to; i++ {
			if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(fmt.Sprintf("k%04d", i), make([]byte, 500)) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(0, 100)
	var copied bytes.Buffer
	err = s.Snapshot(t.Context(), func(tx store.Tx, size int64, copyTo func(io.Writer) error) error {
		put(100, 300)
		if err := copyTo(&copied); err != nil {
			return err
		}
		if items, err := tx.Scan("k", "", 1000); err != nil || len(items) != 100 || int64(copied.Len()) != size {
			t.Errorf("%d items, %d of %d bytes: %v", len(items), copied.Len(), size, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "b.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o400); err != nil {
		t.Fatal(err)
	}
	c, err := OpenReadOnly(Config{Path: path, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = c.View(t.Context(), func(tx store.Tx) error {
		items, err := tx.Scan("k", "", 1000)
		if len(items) != 100 {
			t.Errorf("the copy has %d items", len(items))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	full := errors.New("no space")
	err = s.Snapshot(t.Context(), func(_ store.Tx, _ int64, copyTo func(io.Writer) error) error { return copyTo(failing{full}) })
	if !errors.Is(err, full) {
		t.Errorf("the writer's error was lost: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Several programs can read a database that is open for reading, and no byte
// of it changes. It cannot be opened for reading and for writing at the same
// time.
func TestOpenReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	s, err := Open(Config{Path: path, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", []byte("v")) }); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReadOnly(Config{Path: path, Now: now}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("beside a writer: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path + ".reserve"); err != nil {
		t.Fatal(err)
	}
	var readers []*Store
	for range 2 {
		r, err := OpenReadOnly(Config{Path: path, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		readers = append(readers, r)
		if err := r.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", nil) }); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("an update: %v", err)
		}
		if err := r.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get("k"); return err }); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open(Config{Path: path, Now: now}); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a writer beside readers: %v", err)
	}
	for _, r := range readers {
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Error(err)
		}
	}
	after, err := os.ReadFile(path)
	names, derr := os.ReadDir(dir)
	if err != nil || derr != nil || !bytes.Equal(before, after) || len(names) != 1 {
		t.Errorf("reading changed something: %v, %v, %v", names, err, derr)
	}
	if _, err := OpenReadOnly(Config{Path: path + "2", Now: now}); err == nil {
		t.Error("a missing file was opened")
	}
}
