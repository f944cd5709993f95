package checked

import (
	"bytes"
	"errors"
	"testing"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A database that was opened with a master key is refused with any other one.
// A damaged fingerprint is not mistaken for another key.
func TestOtherKey(t *testing.T) {
	t.Parallel()
	s := engine(t)
	mine, other := seal.New([32]byte{1}), seal.New([32]byte{2})
	if known, err := Compare(t.Context(), s, mine); known || err != nil {
		t.Errorf("a new database: %v %v", known, err)
	}
	for range 2 {
		if _, err := Open(t.Context(), s, mine); err != nil {
			t.Fatal(err)
		}
	}
	if known, err := Compare(t.Context(), s, mine); !known || err != nil {
		t.Errorf("its own key: %v %v", known, err)
	}
	if _, err := Compare(t.Context(), s, other); !errors.Is(err, store.ErrOtherKey) {
		t.Errorf("another key: %v", err)
	}
	if _, err := Open(t.Context(), s, other); !errors.Is(err, store.ErrOtherKey) {
		t.Errorf("opened with another key: %v", err)
	}
	whole := raw(t, s, keyRow)
	for bit := range 8 * len(whole) {
		put(t, s, keyRow, flipped(whole, bit))
		if _, err := Open(t.Context(), s, mine); !errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrOtherKey) {
			t.Errorf("bit %d: %v", bit, err)
		}
	}
	put(t, s, keyRow, whole)
	if _, err := Open(t.Context(), s, mine); err != nil {
		t.Errorf("its own key afterwards: %v", err)
	}
}

// A database with values but no fingerprint is not claimed by the next key.
func TestFingerprintIsGone(t *testing.T) {
	t.Parallel()
	s := engine(t)
	put(t, s, "acct/a", []byte("a value"))
	if _, err := Open(t.Context(), s, seal.New([32]byte{1})); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

// Every key has another fingerprint, which contains nothing of the key.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	seen := map[[16]byte]bool{}
	for i := range 256 {
		master := [32]byte{31: byte(i)}
		print := seal.New(master).Fingerprint()
		if seen[print] || bytes.Contains(master[:], print[:4]) {
			t.Errorf("key %d: %x", i, print)
		}
		seen[print] = true
	}
}
