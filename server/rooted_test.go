package server_test

import (
	"context"
	"strings"
	"testing"

	"nightlatch/server/store"
)

// rooted checks for every transaction the rule that revcache relies on: a write below an
// account increments the account's revision.
type rooted struct {
	store.Store
	t testing.TB
}

func (s rooted) Update(ctx context.Context, fn func(store.Tx) error) error {
	var last *rootedTx
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		last = &rootedTx{Tx: tx, below: map[string]bool{}, bumped: map[string]bool{}}
		return fn(last)
	})
	if err != nil || last.wipes {
		return err
	}
	for account := range last.below {
		if !last.bumped[account] {
			s.t.Errorf("a transaction wrote below acct/%s and did not bump its revision", account)
		}
	}
	return nil
}

type rootedTx struct {
	store.Tx
	below, bumped map[string]bool
	wipes         bool // Reset deletes the revisions themselves
}

func (tx *rootedTx) note(key string) {
	if account, ok := strings.CutPrefix(key, "acct/"); ok {
		account, _, _ = strings.Cut(account, "/")
		tx.below[account] = true
	}
	if account, ok := strings.CutPrefix(key, "acctrev/"); ok {
		tx.bumped[account] = true
	}
}

func (tx *rootedTx) Create(key string, value []byte) error {
	tx.note(key)
	return tx.Tx.Create(key, value)
}

func (tx *rootedTx) Put(key string, value []byte) error {
	tx.note(key)
	return tx.Tx.Put(key, value)
}

func (tx *rootedTx) Delete(key string) error {
	tx.note(key)
	tx.wipes = tx.wipes || strings.HasPrefix(key, "aud") || strings.HasPrefix(key, "acctrev/")
	return tx.Tx.Delete(key)
}
