package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"nightlatch/server/store"
)

func TestCopyIsComplete(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(Config{Path: filepath.Join(dir, "a.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", []byte("v")) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Walk(t.Context(), nil, nil); err != nil {
		t.Errorf("Walk: %v", err)
	}
	f, err := os.Create(filepath.Join(dir, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.WriteTo(t.Context(), f)
	if err := errors.Join(err, f.Close()); err != nil || n == 0 {
		t.Fatalf("WriteTo: %d bytes, %v", n, err)
	}
	second, err := Open(Config{Path: f.Name(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	err = second.View(t.Context(), func(tx store.Tx) error {
		v, err := tx.Get("k")
		if string(v) != "v" {
			t.Errorf("the copy has %q", v)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCopyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s, err := Open(Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.WriteTo(ctx, new(nothing)); !errors.Is(err, context.Canceled) {
		t.Errorf("WriteTo: %v", err)
	}
}

type nothing struct{}

func (*nothing) Write(p []byte) (int, error) { return len(p), nil }

// TestWalkFindsDamage checks databases whose pages were overwritten while they are open,
// with concurrent writers.
func TestWalkFindsDamage(t *testing.T) {
	t.Parallel()
	page := os.Getpagesize()
	for name, damage := range map[string]func(t *testing.T, path string, size int64){
		"none": func(*testing.T, string, int64) {},
		"a page": func(t *testing.T, path string, size int64) {
			for at := int64(6 * page); at < size/2; at += 3 * int64(page) {
				overwrite(t, path, at, noise(page))
			}
		},
		"cut off": func(t *testing.T, path string, _ int64) { truncate(t, path, int64(6*page)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filled(t, 2000)
			s := openAt(t, path)
			fi, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			damage(t, path, fi.Size())
			stop := make(chan struct{})
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for {
					select {
					case <-stop:
						return
					default:
						_ = s.Update(context.Background(), func(tx store.Tx) error { return tx.Put("beside", nil) })
					}
				}
			}()
			for range 3 {
				if err := s.Walk(t.Context(), nil, nil); errors.Is(err, store.ErrDamaged) == (name == "none") {
					t.Errorf("got %v", err)
				}
			}
			close(stop)
			<-ended
		})
	}
}
