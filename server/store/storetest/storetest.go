// Package storetest has the tests that every back end of package store must pass, and a
// store for the tests of other packages.
package storetest

import (
	"path/filepath"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// New returns a store in the test's directory that has checksums and runs
// every closure twice. It is closed when the test ends.
func New(t testing.TB, now func() time.Time) store.Store {
	t.Helper()
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "test.db"), Now: now, ReserveBytes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	whole, err := checked.Open(t.Context(), s, seal.New([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	return Twice(whole)
}
