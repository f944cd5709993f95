package bolt

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightlatch/server/store"
)

func TestCopyOpensAndHoldsWhatWasThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(Config{Path: filepath.Join(dir, "a.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(t.Context(), func(tx store.Tx) error { return tx.Put("k", []byte("v")) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	f, err := os.Create(filepath.Join(dir, "b.db"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.WriteTo(t.Context(), f)
	if err := errors.Join(err, f.Close()); err != nil || n == 0 {
		t.Fatalf("WriteTo: %d bytes, %v", n, err)
	}
	second, err := Open(Config{Path: f.Name(), Now: time.Now})
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
	s, err := Open(Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: time.Now})
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
