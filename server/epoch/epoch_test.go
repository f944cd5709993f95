package epoch

import (
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

// Each restore begins a new epoch, even if the clock stands still, or if a backup from before a
// restore is restored after it.
func TestEpochsDiffer(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 0)
	seen := map[uint64]bool{}
	note := func(s store.Store, begin bool, at time.Time) {
		t.Helper()
		err := s.Update(t.Context(), func(tx store.Tx) error {
			if begin {
				return Begin(tx, Restore{At: at})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var n uint64
		err = s.View(t.Context(), func(tx store.Tx) (err error) {
			n, err = Current(tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if seen[n] {
			t.Errorf("the number %d a second time", n)
		}
		seen[n] = true
	}
	now := func() time.Time { return at }
	one := storetest.New(t, now)
	note(one, false, at)
	note(one, true, at)
	note(one, true, at)
	note(storetest.New(t, now), true, at.Add(time.Hour)) // the backup from before the two restores
}
