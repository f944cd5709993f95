package bolt_test

import (
	"path/filepath"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/storetest"
)

func now() time.Time { return time.Unix(1_700_000_000, 0) }

func config(path string) bolt.Config {
	return bolt.Config{Path: path, Now: now, ReserveBytes: 64 << 10}
}

func open(t *testing.T) store.Store {
	t.Helper()
	s, err := bolt.Open(config(filepath.Join(t.TempDir(), "test.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) { storetest.Run(t, open) }

func TestLinearizableAtLength(t *testing.T) {
	t.Parallel()
	if err := storetest.Linearizable(t.Context(), open(t), 100_000); err != nil {
		t.Error(err)
	}
}
