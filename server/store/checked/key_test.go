package checked

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

func now() time.Time { return time.Unix(1_700_000_000, 0) }

// A database that was opened with a master key is refused with every other one.
func TestOtherKey(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, now)
	mine, other := seal.New([32]byte{1}), seal.New([32]byte{2})
	if known, err := Compare(t.Context(), s, mine); known || err != nil {
		t.Errorf("a new database: %v %v", known, err)
	}
	for range 2 {
		if err := Claim(t.Context(), s, mine); err != nil {
			t.Fatal(err)
		}
	}
	if known, err := Compare(t.Context(), s, mine); !known || err != nil {
		t.Errorf("its own key: %v %v", known, err)
	}
	if _, err := Compare(t.Context(), s, other); !errors.Is(err, store.ErrOtherKey) {
		t.Errorf("another key: %v", err)
	}
	if err := Claim(t.Context(), s, other); !errors.Is(err, store.ErrOtherKey) {
		t.Errorf("another key claims it: %v", err)
	}
	if known, err := Compare(t.Context(), s, mine); !known || err != nil {
		t.Errorf("its own key afterwards: %v %v", known, err)
	}
}

// A fingerprint differs for every key and has nothing of it.
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
