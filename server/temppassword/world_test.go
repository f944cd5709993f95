package temppassword

import (
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

var start = time.Date(2026, time.November, 22, 18, 0, 0, 0, time.UTC)

// A world is a store with a clock and an account with two-factor on.
type world struct {
	testing.TB
	store  store.Store
	keys   *seal.Sealer
	id     string
	offset atomic.Int64
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, keys: seal.New([32]byte{1})}
	w.store = storetest.New(t, w.now)
	w.id = w.newAccount("ann")
	return w
}

func (w *world) now() time.Time          { return start.Add(time.Duration(w.offset.Load())) }
func (w *world) advance(d time.Duration) { w.offset.Add(int64(d)) }

func (w *world) newAccount(name string) string {
	w.Helper()
	a := account.New(name, "not a hash")
	a.TextOn, a.Phone, a.PhoneVerified = true, "+12025550143", true
	w.update(func(tx store.Tx) error { return account.Create(tx, a) })
	return a.ID
}

func (w *world) update(fn func(tx store.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// make creates a temporary password and returns it, or the error.
func (w *world) make(label, service string, texted bool) (made api.NewTemporaryPassword, err error) {
	w.Helper()
	err = w.store.Update(w.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, w.id)
		if err != nil {
			return err
		}
		made, err = Make(tx, w.keys, a, label, service, texted)
		return err
	})
	return made, err
}

func (w *world) mustMake(label string) api.NewTemporaryPassword {
	w.Helper()
	made, err := w.make(label, "", false)
	if err != nil {
		w.Fatal(err)
	}
	return made
}

func (w *world) find(secret string) (r Record, o Outcome) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx store.Tx) (err error) {
		r, o, err = Find(tx, w.keys, w.id, secret)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return r, o
}

func (w *world) list() (rs []Record) {
	w.Helper()
	err := w.store.View(w.Context(), func(tx store.Tx) (err error) {
		rs, err = List(tx, w.id)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return rs
}

func (w *world) revokeAll() (n int) {
	w.Helper()
	w.update(func(tx store.Tx) (err error) { n, err = RevokeAll(tx, w.id); return err })
	return n
}

type countingTx struct {
	store.Tx
	writes int
}

func (c *countingTx) Put(key string, value []byte) error { c.writes++; return c.Tx.Put(key, value) }
func (c *countingTx) Create(key string, value []byte) error {
	c.writes++
	return c.Tx.Create(key, value)
}
func (c *countingTx) Delete(key string) error { c.writes++; return c.Tx.Delete(key) }
