package storetest

import (
	"context"
	"errors"

	"nightlatch/server/store"
)

// Twice returns a store that runs every closure of s twice and keeps the writes of the
// second run only. A store may do this after a conflict. Code that expects a single run
// fails in tests this way.
func Twice(s store.Store) store.Store { return &twice{s} }

type twice struct{ store.Store }

func (t *twice) View(ctx context.Context, fn func(store.Tx) error) error {
	return t.Store.View(ctx, func(tx store.Tx) error {
		_ = fn(tx)
		return fn(tx)
	})
}

func (t *twice) Update(ctx context.Context, fn func(store.Tx) error) error {
	return t.Store.Update(ctx, func(tx store.Tx) error {
		if err := fn(store.NewOverlay(tx)); errors.Is(err, store.ErrReadOnly) {
			return err // s.Update handed out a reader
		}
		return fn(tx)
	})
}
