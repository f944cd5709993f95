package ratelimit

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

// A counter of an unknown subject expires, all failures of a month share one expiry
// row, and decoys replace each other.
func TestUnknownSubjectsExpire(t *testing.T) {
	t.Parallel()
	c := &clock{at: start}
	s := storetest.New(t, c.now)
	counter := Counter{Limit: r43, Subject: "ab-unknown"}
	update := func(fn func(tx store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		update(func(tx store.Tx) error {
			_, err := counter.FailUnknown(tx)
			return err
		})
		update(func(tx store.Tx) error { return counter.Decoy(tx, []byte("event")) })
	}
	count := func(prefix string) (n int) {
		update(func(tx store.Tx) error {
			items, err := tx.Scan(prefix, "", 100)
			n = 0
			for _, item := range items {
				if strings.Contains(item.Key, "app.verify") {
					n++
				}
			}
			return err
		})
		return n
	}
	if rate, exp, decoy := count("rate/"), count("exp/"), count("decoy/"); rate != 1 || exp != 1 || decoy != 1 {
		t.Fatalf("%d counters, %d expiry rows, %d decoys; want one of each", rate, exp, decoy)
	}
	c.at = start.Add(unknownKept - time.Second)
	if _, err := store.Reap(t.Context(), s); err != nil || count("rate/") != 1 {
		t.Fatalf("gone before %v (%v)", unknownKept, err)
	}
	c.at = start.Add(2 * unknownKept)
	if _, err := store.Reap(t.Context(), s); err != nil || count("rate/") != 0 {
		t.Fatalf("still there after %v (%v)", 2*unknownKept, err)
	}
}
