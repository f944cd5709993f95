// Package revcache caches what was read of an account until the account changes.
//
// It relies on a rule of the store: every write below an account increments the
// account's revision (store.Bump). An entry is valid while the revision is the one
// at which it was read, so nothing has to invalidate entries. The reader checks
// what depends on the time.
package revcache

import (
	"sync"

	"nightlatch/server/store"
)

// A Cache holds values of accounts by key. A client that presents the same token or
// temporary password with every request then costs no decoding. The zero value is
// an empty cache.
type Cache[T any] struct {
	mu      sync.RWMutex
	entries map[[32]byte]entry[T]
}

type entry[T any] struct {
	account string
	rev     uint64
	value   T
}

// maxEntries bounds a cache. A full cache is emptied: entries of busy clients
// return with their next request.
const maxEntries = 4096

// Get returns the value of key, if tx would still read the same.
func (c *Cache[T]) Get(tx store.Tx, key [32]byte) (value T, ok bool, err error) {
	c.mu.RLock()
	r, ok := c.entries[key]
	c.mu.RUnlock()
	if !ok {
		return value, false, nil
	}
	rev, err := store.Rev(tx, r.account)
	if err != nil || rev == 0 || rev != r.rev {
		return value, false, err
	}
	return r.value, true, nil
}

// Put stores a value that tx read of an account.
func (c *Cache[T]) Put(tx store.Tx, key [32]byte, account string, value T) error {
	rev, err := store.Rev(tx, account)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= maxEntries {
		c.entries = map[[32]byte]entry[T]{}
	}
	c.entries[key] = entry[T]{account, rev, value}
	return nil
}

// Clear drops every entry. It must be called after a store was emptied.
func (c *Cache[T]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = nil
}
