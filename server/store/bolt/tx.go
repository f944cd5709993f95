package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// A reader reads in one bbolt transaction. bbolt trusts its pages: a damaged page causes a
// panic or a memory fault, which becomes store.ErrDamaged here.
type reader struct {
	bucket *bbolt.Bucket
	now    time.Time
}

func newReader(tx *bbolt.Tx, now time.Time) (r *reader, err error) {
	err = recoverDamage(func() error {
		b := tx.Bucket(dataBucket)
		if b == nil {
			return fmt.Errorf("%w: its root is missing", store.ErrDamaged)
		}
		r = &reader{bucket: b, now: now.Round(0).UTC()}
		return nil
	})
	return r, err
}

// Now implements store.Reader.
func (r *reader) Now() time.Time { return r.now }

// Get implements store.Reader. The value is in bbolt's memory.
func (r *reader) Get(key string) (value []byte, err error) {
	defer orDamaged(&err)
	value = r.bucket.Get([]byte(key))
	switch {
	case value == nil:
		return nil, store.ErrNotFound
	case len(value) > store.MaxStored:
		return nil, fmt.Errorf("%w: a value of %d bytes", store.ErrDamaged, len(value))
	}
	return value[:len(value):len(value)], nil
}

// Scan implements store.Reader.
func (r *reader) Scan(prefix, after string, limit int) (items []store.Item, err error) {
	defer orDamaged(&err)
	c := r.bucket.Cursor()
	k, v := c.Seek([]byte(max(prefix, after)))
	if after != "" && string(k) == after {
		k, v = c.Next()
	}
	for ; len(items) < limit && k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = c.Next() {
		if len(k) > store.MaxKey || len(v) > store.MaxStored {
			return nil, fmt.Errorf("%w: a key of %d bytes with a value of %d", store.ErrDamaged, len(k), len(v))
		}
		items = append(items, store.Item{Key: string(k), Value: v[:len(v):len(v)]})
	}
	return items, nil
}

// A view is a read-only store.Tx.
type view struct {
	*reader
	err error // the first error, which the closure may have ignored
}

func (v *view) Get(key string) ([]byte, error) {
	value, err := v.reader.Get(key)
	v.note(err)
	return value, err
}

func (v *view) Scan(prefix, after string, limit int) ([]store.Item, error) {
	items, err := v.reader.Scan(prefix, after, limit)
	v.note(err)
	return items, err
}

func (v *view) note(err error) {
	if v.err == nil && err != nil && !errors.Is(err, store.ErrNotFound) {
		v.err = err
	}
}

func (*view) Create(string, []byte) error { return store.ErrReadOnly }
func (*view) Put(string, []byte) error    { return store.ErrReadOnly }
func (*view) Delete(string) error         { return store.ErrReadOnly }

// orDamaged turns a panic in bbolt's code into ErrDamaged. It must be deferred. bbolt
// panics only if pages are damaged.
func orDamaged(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
	}
}

// recoverDamage runs bbolt's code and turns a panic or a fault into store.ErrDamaged.
func recoverDamage(fn func() error) error {
	return recoverFault(func() (err error) {
		defer orDamaged(&err)
		return fn()
	})
}

// recoverFault runs fn and turns a fault on the mapped file into store.ErrDamaged. Such a
// fault would end the program. Its cause is a page that points past the end, or a disk
// that cannot read a page. Other panics come from fn itself and are not recovered.
func recoverFault(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if _, fault := p.(interface{ Addr() uintptr }); !fault {
			panic(p)
		}
		err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
	}()
	return fn()
}
