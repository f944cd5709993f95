package server

import (
	"context"
	"strings"

	"nightlatch/server/store"
)

// A watchedStore tells the hub what an Update wrote, and the outbox that there is
// something to deliver, once it is committed: one place, so that no route,
// ceremony or background task can forget to.
type watchedStore struct {
	store.Store
	hub  *hub
	sent func() // called when messages were put into the outbox
}

// Update implements store.Store.
func (s *watchedStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	var last *watchedTx // of the run that committed
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		last = &watchedTx{Tx: tx}
		return fn(last)
	})
	if err != nil || last == nil {
		return err
	}
	if last.sent {
		s.sent()
	}
	for _, c := range last.changes {
		s.hub.tell(c.account, c.topics)
	}
	return nil
}

// A watchedTx notes which accounts its closure wrote to; nearly always one.
type watchedTx struct {
	store.Tx
	changes []change
	sent    bool
}

type change struct {
	account string
	topics  topics
}

// Create implements store.Tx.
func (tx *watchedTx) Create(key string, value []byte) error {
	tx.note(key)
	return tx.Tx.Create(key, value)
}

// Put implements store.Tx.
func (tx *watchedTx) Put(key string, value []byte) error {
	tx.note(key)
	tx.sent = tx.sent || strings.HasPrefix(key, "out/")
	return tx.Tx.Put(key, value)
}

// Delete implements store.Tx.
func (tx *watchedTx) Delete(key string) error {
	tx.note(key)
	return tx.Tx.Delete(key)
}

func (tx *watchedTx) note(key string) {
	account, t := topicOf(key)
	if t == 0 {
		return
	}
	for i := range tx.changes {
		if tx.changes[i].account == account {
			tx.changes[i].topics |= t
			return
		}
	}
	tx.changes = append(tx.changes, change{account, t})
}
