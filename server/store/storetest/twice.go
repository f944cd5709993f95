package storetest

import (
	"context"
	"errors"

	"nightlatch/server/store"
)

// Twice runs every closure of s twice and keeps only what the second run wrote.
// A store may do so after a conflict; code that counts on running once fails
// here and not on the day it runs on another back end.
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
