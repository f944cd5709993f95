package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// WriteTo writes a consistent copy of the database, as of one moment, and
// returns its length in bytes. The store may be in use meanwhile.
func (s *Store) WriteTo(ctx context.Context, w io.Writer) (n int64, err error) {
	tx, err := s.begin(false)
	if err != nil {
		return 0, fmt.Errorf("bolt: copy: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to lose
	err = recoverDamage(func() error {
		n, err = tx.WriteTo(cancellable{ctx, w})
		return err
	})
	if err != nil {
		// bbolt keeps some errors as text only.
		return n, fmt.Errorf("bolt: copy: %w", errors.Join(err, ctx.Err()))
	}
	return n, nil
}

// cancellable makes a long copy end with its context.
type cancellable struct {
	ctx context.Context
	w   io.Writer
}

func (c cancellable) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// Check reads the whole file and returns store.ErrDamaged, with what was found
// first, if its pages do not fit together. Updates wait meanwhile: bbolt's check
// looks at the free list, which a writer changes.
func (s *Store) Check(ctx context.Context) error {
	tx, err := s.begin(true)
	if err != nil {
		return fmt.Errorf("bolt: check: %w", err)
	}
	defer s.abandon(tx)
	// First with our own eyes: bbolt checks on a goroutine of its own, where a
	// page that points nowhere would end the program.
	err = recoverDamage(func() error { return walk(ctx, tx.Bucket(dataBucket)) })
	if err != nil {
		return fmt.Errorf("bolt: check: %w", err)
	}
	var found error
	err = recoverDamage(func() error {
		for e := range tx.Check() { // to the end: it reads on until it is heard
			if found == nil {
				found = fmt.Errorf("bolt: check: %w: %w", store.ErrDamaged, e)
			}
		}
		return nil
	})
	return errors.Join(found, err, ctx.Err())
}

// walk reads every key and value.
func walk(ctx context.Context, b *bbolt.Bucket) error {
	var last []byte
	c, n := b.Cursor(), 0
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if len(k) > store.MaxKey || len(v) > store.MaxValue || last != nil && bytes.Compare(last, k) >= 0 {
			return fmt.Errorf("%w: the key after %d others is out of place", store.ErrDamaged, n)
		}
		_ = crc32.ChecksumIEEE(v) // read it all
		last = k
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
