// Package store is the contract between Nightlatch and the place where it keeps
// things: an ordered key-value store with serializable transactions.
//
// It is narrow on purpose. A back end is about 150 lines (store/bolt is the
// embedded one), and any that passes store/storetest can carry the server.
//
// Closures may be run again after a conflict, so they do no I/O and collect
// nothing in captured variables except by assignment. An Update that returned
// nil is durable: it survives kill -9 and loss of power.
//
// Keys are slash-separated paths. The account record acct/<id> is the
// concurrency root: every write below it first reads and bumps it.
package store

import (
	"context"
	"errors"
	"time"
)

// What a store can answer. Back ends wrap these with their own words.
var (
	ErrNotFound     = errors.New("store: not found")
	ErrExists       = errors.New("store: already exists")
	ErrTooLarge     = errors.New("store: transaction or value too large") // MaxWrites, MaxValue
	ErrReadOnly     = errors.New("store: write in a read-only transaction")
	ErrClosed       = errors.New("store: closed")
	ErrFull         = errors.New("store: no space left on the disk")
	ErrInUse        = errors.New("store: opened by another program")
	ErrDamaged      = errors.New("store: database is damaged")
	ErrNewerVersion = errors.New("store: database was written by a newer version")
	ErrNotWritable  = errors.New("store: cannot write here")
	ErrUnavailable  = errors.New("store: stopped after the disk failed") // until it is opened again
)

// The bounds of one transaction. They are what a distributed back end can carry.
const (
	MaxWrites = 64       // different keys written or deleted
	MaxValue  = 64 << 10 // bytes
	MaxKey    = 2 << 10  // bytes: a credential ID of 1,023 bytes in base64url, and its prefix
)

// An Item is a key and its value. Neither may be changed by the reader, and both
// are valid only until the transaction ends.
type Item struct {
	Key   string
	Value []byte
}

// A Reader is the reading half of a transaction.
type Reader interface {
	// Now is the time of the transaction; it does not move while it runs.
	Now() time.Time
	// Get returns the value at key, or ErrNotFound.
	Get(key string) ([]byte, error)
	// Scan returns at most limit items whose keys begin with prefix and are
	// greater than after (a whole key, or "" for the start), in key order.
	Scan(prefix, after string, limit int) ([]Item, error)
}

// A Tx is a transaction. It is used by one goroutine.
type Tx interface {
	Reader
	// Create writes a new key, or returns ErrExists: the unique constraint.
	Create(key string, value []byte) error
	// Put writes a key, new or not.
	Put(key string, value []byte) error
	// Delete removes a key; a missing one is no error.
	Delete(key string) error
}

// A Store runs transactions.
type Store interface {
	// View runs fn on a consistent snapshot; writes fail with ErrReadOnly.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn, perhaps more than once, and commits what its last run
	// wrote, durably and atomically, if that run returned nil. An error from
	// fn is returned as it is and changes nothing.
	Update(ctx context.Context, fn func(Tx) error) error
	// Close waits for running transactions and releases the store.
	Close() error
}
