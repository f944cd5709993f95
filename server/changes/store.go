package changes

import (
	"context"
	"strings"

	"nightlatch/server/store"
)

// A Store reports committed writes. The hub gets the topics that changed, and Sent
// reports that there are messages to deliver. Every Update passes through it, so
// routes, ceremonies and background tasks do not report anything themselves.
type Store struct {
	store.Store
	Hub   *Hub
	Rules Rules
	Sent  func() // called after messages were put into the outbox
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	var last *watchedTx // of the run that committed
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		last = &watchedTx{Tx: tx, rules: &s.Rules}
		return fn(last)
	})
	if err != nil || last == nil {
		return err
	}
	if last.sent {
		s.Sent()
	}
	for _, c := range last.changes {
		s.Hub.Add(c.account, c.topics)
	}
	return nil
}

// A watchedTx collects the accounts that its closure wrote to, nearly always one.
type watchedTx struct {
	store.Tx
	rules   *Rules
	changes []change
	sent    bool
}

type change struct {
	account string
	topics  Topics
}

// Create implements store.Tx.
func (tx *watchedTx) Create(key string, value []byte) error {
	tx.note(key)
	return tx.Tx.Create(key, value)
}

// Put implements store.Tx.
func (tx *watchedTx) Put(key string, value []byte) error {
	tx.note(key)
	tx.sent = tx.sent || strings.HasPrefix(key, tx.rules.Outbox)
	return tx.Tx.Put(key, value)
}

// Delete implements store.Tx.
func (tx *watchedTx) Delete(key string) error {
	tx.note(key)
	return tx.Tx.Delete(key)
}

func (tx *watchedTx) note(key string) {
	account, t := tx.rules.TopicsOf(key)
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
