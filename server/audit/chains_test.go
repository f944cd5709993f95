package audit

import (
	"errors"
	"fmt"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

// stream reads all rows of a store, in order, into new Chains.
func stream(t *testing.T, s store.Store) (accounts int, intact bool, err error) {
	t.Helper()
	var c Chains
	viewErr := s.View(t.Context(), func(tx store.Tx) error {
		c, err = Chains{}, nil
		items, scanErr := tx.Scan("", "", 10_000)
		for _, it := range items {
			if err == nil {
				err = c.Row(it.Key, it.Value)
			}
		}
		return scanErr
	})
	if viewErr != nil {
		t.Fatal(viewErr)
	}
	accounts, intact = c.Intact()
	return accounts, intact, err
}

// The result of Chains for a database agrees with Verify of every account.
func TestChainsAgreeWithVerify(t *testing.T) {
	t.Parallel()
	del := func(keys ...string) func(store.Tx) error {
		return func(tx store.Tx) error {
			for _, key := range keys {
				if err := tx.Delete(key); err != nil {
					return err
				}
			}
			return nil
		}
	}
	swap := func(a, b string) func(store.Tx) error {
		return func(tx store.Tx) error {
			x, err1 := tx.Get(a)
			y, err2 := tx.Get(b)
			return errors.Join(err1, err2, tx.Put(a, y), tx.Put(b, x))
		}
	}
	for name, tamper := range map[string]func(store.Tx) error{
		"nothing":              func(store.Tx) error { return nil },
		"the first record":     del(recordKey("b", 1)),
		"a record":             del(recordKey("b", 3)),
		"the last record":      del(recordKey("b", 5)),
		"all records":          del(recordKey("b", 1), recordKey("b", 2), recordKey("b", 3), recordKey("b", 4), recordKey("b", 5)),
		"a head":               del(headKey("b")),
		"a whole chain":        del(recordKey("b", 1), recordKey("b", 2), recordKey("b", 3), recordKey("b", 4), recordKey("b", 5), headKey("b")),
		"the last account's":   del(recordKey("c", 5)),
		"two heads exchanged":  swap(headKey("a"), headKey("b")),
		"records exchanged":    swap(recordKey("a", 2), recordKey("a", 3)),
		"of another account":   swap(recordKey("a", 2), recordKey("b", 2)),
		"a record changed":     func(tx store.Tx) error { return tx.Put(recordKey("b", 2), make([]byte, 50)) },
		"a head put back":      func(tx store.Tx) error { return store.Save(tx, headKey("b"), head{Seq: 4, Hash: make([]byte, 32)}) },
		"a record at the end":  func(tx store.Tx) error { return tx.Put(recordKey("b", 6), make([]byte, 50)) },
		"a record of no chain": func(tx store.Tx) error { return tx.Put("aud/b/x", make([]byte, 50)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t, now)
			for _, id := range []string{"a", "b", "c"} {
				update(t, s, func(tx store.Tx) error {
					return errors.Join(tx.Put("acct/"+id, nil), tx.Put("acct/"+id+"/x", nil), tx.Put("acctrev/"+id, nil))
				})
				appendEvents(t, s, id, 5)
			}
			update(t, s, tamper)
			var want error
			for _, id := range []string{"a", "b", "c"} {
				want = errors.Join(want, Verify(t.Context(), s, id))
			}
			accounts, intact, err := stream(t, s)
			if whole := intact && err == nil; whole != (want == nil) || whole && accounts != 3 {
				t.Errorf("%d accounts, intact %v, %v; Verify says %v", accounts, intact, err, want)
			}
			var broken *BrokenError
			if err != nil && !errors.As(err, &broken) {
				t.Errorf("%v", err)
			}
		})
	}
}

// An account without any record is broken. A chain without its account may
// belong to a deleted account, so Intact asks for Verify.
func TestChainsWithoutAccounts(t *testing.T) {
	t.Parallel()
	s := storetest.New(t, now)
	if accounts, intact, err := stream(t, s); accounts != 0 || !intact || err != nil {
		t.Errorf("empty: %d %v %v", accounts, intact, err)
	}
	update(t, s, func(tx store.Tx) error { return Append(tx, "gone", Event{Type: api.EventSignedIn}) })
	if _, intact, err := stream(t, s); intact || err != nil {
		t.Errorf("a chain alone: %v %v", intact, err)
	}
	update(t, s, func(tx store.Tx) error { return tx.Put(fmt.Sprintf("acct/%s", "new"), nil) })
	if _, intact, err := stream(t, s); intact || err != nil {
		t.Errorf("an account without a chain: %v %v", intact, err)
	}
}
