// Package store is the contract between Nightlatch and its database: an ordered
// key-value store with serializable transactions.
//
// The contract is small on purpose. store/bolt is the embedded back end. Another one can
// replace it if it passes store/storetest.
//
// A closure may run again after a conflict. It must not do I/O, and may only assign to
// captured variables, not append to them. An Update that returned nil is durable: it
// survives kill -9 and a loss of power.
//
// Keys are slash-separated paths. acctrev/<id> is the revision of an account. Every
// transaction that writes below acct/<id>/ calls Bump, which reads and increments it,
// so that two concurrent changes to one account conflict (decision 7).
package store

import (
	"context"
	"errors"
	"time"
)

// Errors of a store. Back ends wrap them with details.
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
	ErrOldFormat    = errors.New("store: database is in an older format")
	ErrOtherKey     = errors.New("store: database belongs to another master key")
	ErrUnavailable  = errors.New("store: stopped after the disk failed") // lasts until it is opened again
)

// The limits of one transaction. They are small enough for a distributed back end.
const (
	MaxWrites = 64             // different keys written or deleted
	MaxStored = 64 << 10       // bytes of a value in a back end
	MaxValue  = MaxStored - 16 // bytes of a value, which is stored with a checksum (package checked)
	MaxKey    = 2 << 10        // bytes: a credential ID of 1,023 bytes in base64url, and its prefix
)

// An Item is a key and its value. The reader must not change the value, and both are
// valid only until the transaction ends.
type Item struct {
	Key   string
	Value []byte
}

// A Reader is the reading half of a transaction.
type Reader interface {
	// Now returns the time of the transaction. It is the same during the whole
	// transaction.
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
	// Create writes a new key, or returns ErrExists. It serves as a unique constraint.
	Create(key string, value []byte) error
	// Put writes a new or existing key.
	Put(key string, value []byte) error
	// Delete deletes a key. A missing key is not an error.
	Delete(key string) error
}

// A Store runs transactions.
type Store interface {
	// View runs fn on a consistent snapshot. Writes fail with ErrReadOnly.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn, perhaps more than once. If the last run returns nil, its writes
	// are committed, durably and atomically. An error of fn is returned unchanged, and
	// nothing is written.
	Update(ctx context.Context, fn func(Tx) error) error
	// Close waits for running transactions and releases the store.
	Close() error
}
