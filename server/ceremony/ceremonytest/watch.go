package ceremonytest

import (
	"context"
	"fmt"
	"sync/atomic"

	"nightlatch/server/store"
)

// counting reports the work of transactions.
type counting struct {
	store.Store
	tell  atomic.Pointer[func(writes int)]
	trace atomic.Pointer[func(op string, key string, size int)]
}

// Watch calls fn with the number of writes of each Update from now on; nil ends it.
func (w *World) Watch(fn func(writes int)) {
	if fn == nil {
		w.counting.tell.Store(nil)
		return
	}
	w.counting.tell.Store(&fn)
}

// Trace calls fn for each operation on the store from now on, with the key and the size of
// the value, -1 if there is none; nil ends it. A transaction begins with "view" or "update".
func (w *World) Trace(fn func(op string, key string, size int)) {
	if fn == nil {
		w.counting.trace.Store(nil)
		return
	}
	w.counting.trace.Store(&fn)
}

func (s *counting) View(ctx context.Context, fn func(store.Tx) error) error {
	trace := s.trace.Load()
	if trace == nil {
		return s.Store.View(ctx, fn)
	}
	return s.Store.View(ctx, func(tx store.Tx) error {
		(*trace)("view", "", 0)
		return fn(&countingTx{tx, new(int), *trace})
	})
}

func (s *counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	tell, trace := s.tell.Load(), s.trace.Load()
	if tell == nil && trace == nil {
		return s.Store.Update(ctx, fn)
	}
	var writes int
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		writes = 0
		counted := &countingTx{tx, &writes, func(string, string, int) {}}
		if trace != nil {
			counted.trace = *trace
		}
		counted.trace("update", "", 0)
		return fn(counted)
	})
	if err == nil && tell != nil {
		(*tell)(writes)
	}
	return err
}

type countingTx struct {
	store.Tx
	writes *int
	trace  func(op, key string, size int)
}

func (tx *countingTx) Get(key string) ([]byte, error) {
	value, err := tx.Tx.Get(key)
	size := len(value)
	if err != nil {
		size = -1
	}
	tx.trace("get", key, size)
	return value, err
}

func (tx *countingTx) Scan(prefix, after string, limit int) ([]store.Item, error) {
	items, err := tx.Tx.Scan(prefix, after, limit)
	tx.trace(fmt.Sprintf("scan %d", limit), prefix, len(items))
	return items, err
}

func (tx *countingTx) Create(key string, value []byte) error {
	*tx.writes++
	tx.trace("create", key, len(value))
	return tx.Tx.Create(key, value)
}

func (tx *countingTx) Put(key string, value []byte) error {
	*tx.writes++
	tx.trace("put", key, len(value))
	return tx.Tx.Put(key, value)
}

func (tx *countingTx) Delete(key string) error {
	*tx.writes++
	tx.trace("delete", key, -1)
	return tx.Tx.Delete(key)
}
