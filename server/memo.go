package server

import (
	"sync"

	"nightlatch/server/store"
)

// A memo remembers what was read of accounts, so that a client that shows the
// same token or temporary password with every request costs no decoding. It is
// right by the rule of the store: every write below an account bumps the
// account's revision. An answer is good while that revision is the one it was
// read at; nothing has to be told to forget. What depends on the time is the
// reader's to check.
type memo[T any] struct {
	mu      sync.RWMutex
	entries map[[32]byte]remembered[T]
}

type remembered[T any] struct {
	account string
	rev     uint64
	value   T
}

// memoMax bounds a memo. A full one forgets everything: the busy clients are
// back in it at once.
const memoMax = 4096

// recall returns what was read for key, if it still is what tx would read.
func (m *memo[T]) recall(tx store.Tx, key [32]byte) (value T, ok bool, err error) {
	m.mu.RLock()
	r, ok := m.entries[key]
	m.mu.RUnlock()
	if !ok {
		return value, false, nil
	}
	rev, err := store.Rev(tx, r.account)
	if err != nil || rev == 0 || rev != r.rev {
		return value, false, err
	}
	return r.value, true, nil
}

// remember keeps what tx read of an account.
func (m *memo[T]) remember(tx store.Tx, key [32]byte, account string, value T) error {
	rev, err := store.Rev(tx, account)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil || len(m.entries) >= memoMax {
		m.entries = map[[32]byte]remembered[T]{}
	}
	m.entries[key] = remembered[T]{account, rev, value}
	return nil
}

// forget drops everything, for a store that was emptied.
func (m *memo[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = nil
}
