// Package checked is the layer between the server and a back end. It checks
// that the database belongs to the master key, and that every value matches
// the keyed checksum that is stored with it.
//
// A value that was changed on the disk, or moved to another key, is a
// *store.DamagedError. The transaction fails even if the caller ignores the
// error. Two kinds of damage are not detected: an older value put back under
// the same key, and a deleted record (decision 71).
package checked

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// keyRow holds the fingerprint of the database's master key, with a checksum
// like every value. Users of the store do not see it.
const keyRow = "\x00nightlatch/key"

// A Store adds checksums to a back end.
type Store struct {
	engine store.Store
	keys   *seal.Sealer
}

// Wrap returns a store with checksums. All values of the back end must have
// one.
func Wrap(engine store.Store, keys *seal.Sealer) *Store { return &Store{engine, keys} }

// View implements store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	return s.engine.View(ctx, s.over(fn))
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.engine.Update(ctx, s.over(fn))
}

// Close implements store.Store.
func (s *Store) Close() error { return s.engine.Close() }

// over runs fn with checksums. It returns the error of a damaged value even if
// fn ignored it.
func (s *Store) over(fn func(store.Tx) error) func(store.Tx) error {
	return func(base store.Tx) error {
		t := &tx{Tx: base, keys: s.keys}
		err := fn(t)
		if t.err != nil {
			return t.err
		}
		return err
	}
}

// A tx is a store.Tx whose values have checksums.
type tx struct {
	store.Tx
	keys *seal.Sealer
	err  error // the first error that must not be ignored
}

// Get implements store.Tx.
func (t *tx) Get(key string) ([]byte, error) {
	if key == keyRow {
		return nil, store.ErrNotFound
	}
	stored, err := t.Tx.Get(key)
	if err != nil {
		return nil, err
	}
	value, err := detach(t.keys, key, stored)
	return value, t.note(err)
}

// Scan implements store.Tx.
func (t *tx) Scan(prefix, after string, limit int) ([]store.Item, error) {
	if limit <= 0 {
		return nil, nil
	}
	hidden := strings.HasPrefix(keyRow, prefix) && after < keyRow
	ask := limit
	if hidden && limit < math.MaxInt {
		ask++
	}
	items, err := t.Tx.Scan(prefix, after, ask)
	if err != nil {
		return nil, err
	}
	if hidden {
		items = slices.DeleteFunc(items, func(it store.Item) bool { return it.Key == keyRow })
		items = items[:min(limit, len(items))]
	}
	for i, it := range items {
		if items[i].Value, err = detach(t.keys, it.Key, it.Value); err != nil {
			return nil, t.note(err)
		}
	}
	return items, nil
}

// Create implements store.Tx.
func (t *tx) Create(key string, value []byte) error {
	if err := t.check(key, value); err != nil {
		return err
	}
	return t.Tx.Create(key, attach(t.keys, key, value))
}

// Put implements store.Tx.
func (t *tx) Put(key string, value []byte) error {
	if err := t.check(key, value); err != nil {
		return err
	}
	return t.Tx.Put(key, attach(t.keys, key, value))
}

// Delete implements store.Tx.
func (t *tx) Delete(key string) error {
	if err := t.check(key, nil); err != nil {
		return err
	}
	return t.Tx.Delete(key)
}

func (t *tx) check(key string, value []byte) error {
	switch {
	case key == keyRow:
		return t.note(fmt.Errorf("checked: %q is not for users of the store", key))
	case len(value) > store.MaxValue:
		return t.note(fmt.Errorf("%w: %d bytes", store.ErrTooLarge, len(value)))
	}
	return nil
}

func (t *tx) note(err error) error {
	if t.err == nil && err != nil {
		t.err = err
	}
	return err
}

// attach returns a value with its checksum.
func attach(keys *seal.Sealer, key string, value []byte) []byte {
	stored := make([]byte, len(value), len(value)+seal.ChecksumSize)
	copy(stored, value)
	sum := keys.Checksum(key, value)
	return append(stored, sum[:]...)
}

// detach returns the value in stored, or a *store.DamagedError.
func detach(keys *seal.Sealer, key string, stored []byte) ([]byte, error) {
	n := len(stored) - seal.ChecksumSize
	if n < 0 {
		return nil, &store.DamagedError{Key: key}
	}
	value := stored[:n:n]
	if sum := keys.Checksum(key, value); string(sum[:]) != string(stored[n:]) {
		return nil, &store.DamagedError{Key: key}
	}
	return value, nil
}

// Open wraps a database with checksums. The database must be new or belong to
// the master key of keys; otherwise the error is store.ErrOtherKey.
func Open(ctx context.Context, engine store.Store, keys *seal.Sealer) (*Store, error) {
	known, err := Compare(ctx, engine, keys)
	if err != nil {
		return nil, err
	}
	if !known {
		if err := claim(ctx, engine, keys); err != nil {
			return nil, err
		}
	}
	return Wrap(engine, keys), nil
}

// errNotNew reports a database that has values but no key row. The row was
// removed.
var errNotNew = errors.New("checked: the database does not say which key it belongs to")
