package servertest

import (
	"context"
	"strings"
	"testing"

	"nightlatch/server/store"
)

// A revisionStore fails the test if a transaction breaks the rule that revcache relies on:
// a write below an account increments the account's revision.
type revisionStore struct {
	store.Store
	t testing.TB
}

func (s revisionStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	var last *revisionTx
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		last = &revisionTx{Tx: tx, below: map[string]bool{}, bumped: map[string]bool{}}
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

// A revisionTx records the accounts of all writes.
type revisionTx struct {
	store.Tx
	below, bumped map[string]bool // IDs of accounts
	wipes         bool            // Reset deleted the revisions too
}

func (tx *revisionTx) note(key string) {
	if account, ok := strings.CutPrefix(key, "acct/"); ok {
		account, _, _ = strings.Cut(account, "/")
		tx.below[account] = true
	}
	if account, ok := strings.CutPrefix(key, "acctrev/"); ok {
		tx.bumped[account] = true
	}
}

func (tx *revisionTx) Create(key string, value []byte) error {
	tx.note(key)
	return tx.Tx.Create(key, value)
}

func (tx *revisionTx) Put(key string, value []byte) error {
	tx.note(key)
	return tx.Tx.Put(key, value)
}

func (tx *revisionTx) Delete(key string) error {
	tx.note(key)
	tx.wipes = tx.wipes || strings.HasPrefix(key, "aud") || strings.HasPrefix(key, "acctrev/")
	return tx.Tx.Delete(key)
}
