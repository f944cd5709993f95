package bolt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"nightlatch/server/store"
)

// FuzzOpen patches a valid file. Open either returns a store that works or gives errors,
// or returns an error and does not change the file. It never ends the program.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "seed.db")
	s, err := Open(config(path))
	if err != nil {
		f.Fatal(err)
	}
	err = s.Update(f.Context(), func(tx store.Tx) error {
		return errors.Join(tx.Put("a", make([]byte, 100)), tx.Put("b", make([]byte, 5000)))
	})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0), []byte{})
	f.Add(uint32(16), []byte{0xED, 0xDA, 0x0C, 0xED})
	f.Add(uint32(8192), []byte("freelist"))
	f.Add(uint32(len(sound)), []byte("longer"))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		file := bytes.Clone(sound)
		at %= uint32(len(file)) + 1
		if len(patch) == 0 {
			file = file[:at]
		} else {
			file = append(file[:at], append(bytes.Clone(patch), file[min(len(file), int(at)+len(patch)):]...)...)
		}
		path := filepath.Join(t.TempDir(), "test.db")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(config(path))
		if err == nil {
			use(t, s)
			return
		}
		if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNewerVersion) {
			t.Errorf("got %v", err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, file) {
			t.Errorf("the file was changed, %v", err)
		}
	})
}

// use reads from and writes to a store that may have damage that Open did not find.
func use(t *testing.T, s *Store) {
	t.Helper()
	for _, err := range []error{
		s.View(t.Context(), func(tx store.Tx) error {
			_, err := tx.Scan("", "", 100)
			return err
		}),
		s.View(t.Context(), func(tx store.Tx) error {
			_, err := tx.Get("b")
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			return err
		}),
		put(t, s, "c"),
		s.Close(),
	} {
		if err != nil && !errors.Is(err, store.ErrDamaged) {
			t.Errorf("a damaged store answers %v", err)
		}
	}
}
