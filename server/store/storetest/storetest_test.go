package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"nightlatch/server/store"
)

func now() time.Time { return time.Unix(1_700_000_000, 0) }

// A racy store reads a snapshot and writes later, as a careless back end would.
type racy struct{ store.Store }

func (r racy) Update(ctx context.Context, fn func(store.Tx) error) error {
	var o *store.Overlay
	err := r.View(ctx, func(tx store.Tx) error {
		o = store.NewOverlay(tx)
		return errors.Join(fn(o), o.Err())
	})
	if err != nil {
		return err
	}
	return r.Store.Update(ctx, func(tx store.Tx) error { return o.Apply(tx.Put, tx.Delete) })
}

func TestChecksCatchARacyStore(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func(context.Context, store.Store) error{
		"counters":     checkCounters,
		"one winner":   checkOneWinner,
		"linearizable": func(ctx context.Context, s store.Store) error { return Linearizable(ctx, s, 4000) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := check(t.Context(), racy{New(t, now)})
			if err == nil {
				t.Error("a store that loses updates passed")
			}
		})
	}
}

func TestTwiceKeepsOnlyTheSecondRun(t *testing.T) {
	t.Parallel()
	s := New(t, now)
	runs := 0
	update(t, s, func(tx store.Tx) error {
		runs++
		if _, err := add(tx, "n", 1); err != nil {
			return err
		}
		return tx.Put(string(rune('a'+runs)), nil)
	})
	if runs != 2 {
		t.Errorf("the closure ran %d times", runs)
	}
	view(t, s, func(tx store.Tx) error {
		list, err := keys(tx, "")
		if len(list) != 2 || list[0] != "c" || list[1] != "n" {
			t.Errorf("the store holds %q, want what the second run wrote", list)
		}
		return err
	})
}
