package store

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
)

// errEmptyKey reports a bug in the caller: keys are never empty.
var errEmptyKey = errors.New("store: empty key")

// An Overlay is a Tx that collects writes in memory. Reads see these writes on top of
// the base.
//
// A back end runs a closure over an Overlay and applies the writes only if the closure
// returns nil, so an error discards the writes of that closure only. An Overlay enforces
// the limits of a transaction. It is used by one goroutine.
type Overlay struct {
	Reader
	writes map[string]write
	err    error
}

type write struct {
	value   []byte
	deleted bool
}

// NewOverlay returns an empty overlay over base.
func NewOverlay(base Reader) *Overlay {
	return &Overlay{Reader: base, writes: make(map[string]write)}
}

// Err returns the first error that prevents a commit, whatever the closure returned: a
// refused write, or a base that cannot be read.
func (o *Overlay) Err() error { return o.err }

// Len returns the number of keys that are written or deleted.
func (o *Overlay) Len() int { return len(o.writes) }

// Deletes reports whether a key is deleted.
func (o *Overlay) Deletes() bool {
	for _, w := range o.writes {
		if w.deleted {
			return true
		}
	}
	return false
}

// Apply calls put for every write and del for every deletion, in key order. The callee
// owns the values.
func (o *Overlay) Apply(put func(key string, value []byte) error, del func(key string) error) error {
	for _, key := range slices.Sorted(maps.Keys(o.writes)) {
		w := o.writes[key]
		err := error(nil)
		if w.deleted {
			err = del(key)
		} else {
			err = put(key, w.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Get implements Tx.
func (o *Overlay) Get(key string) ([]byte, error) {
	if w, ok := o.writes[key]; ok {
		if w.deleted {
			return nil, ErrNotFound
		}
		return w.value, nil
	}
	v, err := o.Reader.Get(key)
	if err != nil && !errors.Is(err, ErrNotFound) {
		o.fail(err)
	}
	return v, err
}

// Scan implements Tx: the base's items and the overlay's own, merged.
func (o *Overlay) Scan(prefix, after string, limit int) ([]Item, error) {
	if limit <= 0 {
		return nil, nil
	}
	var own []string
	for key := range o.writes {
		if strings.HasPrefix(key, prefix) && key > after {
			own = append(own, key)
		}
	}
	sort.Strings(own)
	// Each own key replaces at most one item of the base, so this many items suffice.
	base, err := o.Reader.Scan(prefix, after, min(limit, math.MaxInt-len(own))+len(own))
	if err != nil {
		o.fail(err)
		return nil, err
	}
	if len(own) == 0 {
		return base, nil
	}
	merged := make([]Item, 0, min(limit, len(base)+len(own)))
	for len(merged) < limit && (len(base) > 0 || len(own) > 0) {
		if len(own) == 0 || len(base) > 0 && base[0].Key < own[0] {
			merged, base = append(merged, base[0]), base[1:]
			continue
		}
		if len(base) > 0 && base[0].Key == own[0] {
			base = base[1:]
		}
		if w := o.writes[own[0]]; !w.deleted {
			merged = append(merged, Item{Key: own[0], Value: w.value})
		}
		own = own[1:]
	}
	return merged, nil
}

// Create implements Tx.
func (o *Overlay) Create(key string, value []byte) error {
	switch _, err := o.Get(key); {
	case err == nil:
		return fmt.Errorf("%w: %s", ErrExists, key)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	return o.Put(key, value)
}

// Put implements Tx.
func (o *Overlay) Put(key string, value []byte) error {
	if len(value) > MaxStored {
		return o.fail(fmt.Errorf("%w: %d bytes at %s", ErrTooLarge, len(value), clip(key)))
	}
	// Copy the value, and never to nil: some back ends treat nil as no value.
	return o.set(key, write{value: append([]byte{}, value...)})
}

// Delete implements Tx.
func (o *Overlay) Delete(key string) error { return o.set(key, write{deleted: true}) }

func (o *Overlay) set(key string, w write) error {
	if key == "" {
		return o.fail(errEmptyKey)
	}
	if len(key) > MaxKey {
		return o.fail(fmt.Errorf("%w: a key of %d bytes, %s", ErrTooLarge, len(key), clip(key)))
	}
	if _, known := o.writes[key]; !known && len(o.writes) == MaxWrites {
		return o.fail(fmt.Errorf("%w: more than %d keys", ErrTooLarge, MaxWrites))
	}
	o.writes[key] = w
	return nil
}

func (o *Overlay) fail(err error) error {
	if o.err == nil {
		o.err = err
	}
	return err
}

// clip shortens a long key for a log or an error.
func clip(key string) string {
	if len(key) > 64 {
		return key[:64] + "…"
	}
	return key
}
