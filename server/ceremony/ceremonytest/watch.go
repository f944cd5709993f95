package ceremonytest

import (
	"context"
	"sync/atomic"

	"nightlatch/server/store"
)

// counting counts the writes of committed Updates.
type counting struct {
	store.Store
	tell atomic.Pointer[func(writes int)]
}

// Watch calls fn with the number of writes of each Update from now on; nil ends it.
func (w *World) Watch(fn func(writes int)) {
	if fn == nil {
		w.counting.tell.Store(nil)
		return
	}
	w.counting.tell.Store(&fn)
}

func (s *counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	tell := s.tell.Load()
	if tell == nil {
		return s.Store.Update(ctx, fn)
	}
	var writes int
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		writes = 0
		return fn(&countingTx{tx, &writes})
	})
	if err == nil {
		(*tell)(writes)
	}
	return err
}

type countingTx struct {
	store.Tx
	writes *int
}

func (tx *countingTx) Create(key string, value []byte) error {
	*tx.writes++
	return tx.Tx.Create(key, value)
}

func (tx *countingTx) Put(key string, value []byte) error {
	*tx.writes++
	return tx.Tx.Put(key, value)
}

func (tx *countingTx) Delete(key string) error {
	*tx.writes++
	return tx.Tx.Delete(key)
}
