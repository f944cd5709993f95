package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"nightlatch/server/store"
)

// writers is how many goroutines race.
const writers = 64

// race runs fn on many goroutines at once and returns the first error.
func race(fn func(i int) error) error {
	var group sync.WaitGroup
	errs := make([]error, writers)
	start := make(chan struct{})
	for i := range writers {
		group.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	group.Wait()
	return errors.Join(errs...)
}

// add adds n to a counter and returns its new value.
func add(tx store.Tx, key string, n int64) (int64, error) {
	b, err := tx.Get(key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	if err == nil {
		n += int64(binary.BigEndian.Uint64(b))
	}
	return n, tx.Put(key, binary.BigEndian.AppendUint64(nil, uint64(n)))
}

func testCounters(t *testing.T, s store.Store) {
	if err := checkCounters(t.Context(), s); err != nil {
		t.Error(err)
	}
}

// checkCounters increments one counter from many goroutines. No increment may be lost,
// and each value must appear once.
func checkCounters(ctx context.Context, s store.Store) error {
	const rounds = 10
	var mu sync.Mutex
	seen := make(map[int64]bool)
	err := race(func(int) error {
		for range rounds {
			var n int64
			err := s.Update(ctx, func(tx store.Tx) (err error) {
				n, err = add(tx, "n", 1)
				return err
			})
			if err != nil {
				return err
			}
			mu.Lock()
			again := seen[n]
			seen[n] = true
			mu.Unlock()
			if again {
				return fmt.Errorf("two updates made the counter %d", n)
			}
		}
		return nil
	})
	if err == nil && !seen[writers*rounds] {
		err = fmt.Errorf("the counter never reached %d", writers*rounds)
	}
	return err
}

func testErrorsAlone(t *testing.T, s store.Store) {
	odd := errors.New("odd")
	err := race(func(i int) error {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.Put(fmt.Sprintf("k/%03d", i), nil); err != nil {
				return err
			}
			if _, err := add(tx, "n", 1); err != nil {
				return err
			}
			if i%2 == 1 {
				return odd
			}
			return nil
		})
		if (i%2 == 1) != errors.Is(err, odd) {
			return fmt.Errorf("writer %d: %w", i, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	view(t, s, func(tx store.Tx) error {
		list, err := keys(tx, "k/")
		if len(list) != writers/2 {
			t.Errorf("%d keys, want those of the %d writers without an error", len(list), writers/2)
		}
		if b, err := tx.Get("n"); err != nil || binary.BigEndian.Uint64(b) != writers/2 {
			t.Errorf("the counter is %v, %v; want %d", b, err, writers/2)
		}
		return err
	})
}

// testSnapshot moves amounts between accounts while readers add them up. Every reader
// must find the same sum.
func testSnapshot(t *testing.T, s store.Store) {
	const accounts, rounds = 8, 20
	key := func(i int) string { return fmt.Sprintf("bank/%d", i%accounts) }
	sum := func(tx store.Tx) error {
		items, err := tx.Scan("bank/", "", 100)
		if err != nil {
			return err
		}
		total := int64(0)
		for _, it := range items {
			total += int64(binary.BigEndian.Uint64(it.Value))
		}
		if total != 0 {
			return fmt.Errorf("the sum is %d", total)
		}
		return nil
	}
	err := race(func(i int) error {
		for round := range rounds {
			var err error
			if i%2 == 0 {
				err = s.View(t.Context(), func(tx store.Tx) error {
					// Twice, so that writers can run in between.
					return errors.Join(sum(tx), sum(tx))
				})
			} else {
				err = s.Update(t.Context(), func(tx store.Tx) error {
					if err := sum(tx); err != nil {
						return err
					}
					_, out := add(tx, key(i+round), -int64(i))
					_, in := add(tx, key(i*round), int64(i))
					return errors.Join(out, in)
				})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testOneWinner(t *testing.T, s store.Store) {
	if err := checkOneWinner(t.Context(), s); err != nil {
		t.Error(err)
	}
}

// checkOneWinner creates and then consumes the same keys from many goroutines.
func checkOneWinner(ctx context.Context, s store.Store) error {
	const prizes = 8
	var created, consumed [prizes]atomic.Int32
	err := race(func(i int) error {
		for p := range prizes {
			err := s.Update(ctx, func(tx store.Tx) error { return tx.Create(fmt.Sprintf("prize/%d", p), nil) })
			if err == nil {
				created[p].Add(1)
			} else if !errors.Is(err, store.ErrExists) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = race(func(i int) error {
		for p := range prizes {
			key := fmt.Sprintf("prize/%d", p)
			err := s.Update(ctx, func(tx store.Tx) error {
				if _, err := tx.Get(key); err != nil {
					return err
				}
				return tx.Delete(key)
			})
			if err == nil {
				consumed[p].Add(1)
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	for p := range prizes {
		if n := created[p].Load(); n != 1 {
			err = errors.Join(err, fmt.Errorf("%d of %d creates of one key won", n, writers))
		}
		if n := consumed[p].Load(); n != 1 {
			err = errors.Join(err, fmt.Errorf("%d of %d consumed one thing", n, writers))
		}
	}
	return err
}
