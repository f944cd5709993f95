package bolt

import (
	"errors"
	"path/filepath"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	path := filled(t, 100)
	rename := func(b *bbolt.Bucket) error {
		return errors.Join(b.Delete([]byte("k/0001")), b.Put([]byte("k2/0001"), []byte("moved")))
	}
	steps := append(migrations[:len(migrations):len(migrations)], rename)
	for range 2 { // the second time, the schema is current
		s, err := open(config(path), steps)
		if err != nil {
			t.Fatal(err)
		}
		if count(t, s, "k/") != 99 || count(t, s, "k2/") != 1 {
			t.Error("the migration did not run exactly once")
		}
		closeStore(t, s)
	}
	// The copy is the old database and can be opened.
	old := openAt(t, path+".schema-2")
	if n := count(t, old, "k/"); n != 100 {
		t.Errorf("the copy has %d keys", n)
	}
	// A program with fewer migrations is too old for the result.
	if _, err := Open(config(path)); !errors.Is(err, store.ErrNewerVersion) {
		t.Errorf("the old program: %v, want ErrNewerVersion", err)
	}
}

func TestMigrateThatFails(t *testing.T) {
	t.Parallel()
	path := filled(t, 100)
	before := sum(t, path)
	boom := errors.New("boom")
	broken := func(b *bbolt.Bucket) error { return errors.Join(b.Delete([]byte("k/0001")), boom) }
	steps := append(migrations[:len(migrations):len(migrations)], broken)
	if _, err := open(config(path), steps); !errors.Is(err, boom) {
		t.Errorf("got %v, want the step's error", err)
	}
	if sum(t, path) != before {
		t.Error("the file was changed")
	}
	s := openAt(t, path)
	if n := count(t, s, "k/"); n != 100 {
		t.Errorf("%d keys after a failed migration", n)
	}
	if copies, _ := filepath.Glob(path + ".schema-*"); len(copies) != 1 {
		t.Errorf("copies: %q", copies)
	}
}
