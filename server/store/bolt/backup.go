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

// WriteTo writes a consistent copy of the database and returns its length in bytes. The
// store can be used at the same time.
func (s *Store) WriteTo(ctx context.Context, w io.Writer) (n int64, err error) {
	tx, err := s.begin(false)
	if err != nil {
		return 0, fmt.Errorf("bolt: copy: %w", err)
	}
	defer tx.Rollback() // a read transaction has nothing to write
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

// cancellable is a writer that fails when its context has ended.
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

// Check reads the whole file. If the pages are inconsistent, it returns store.ErrDamaged
// with the first problem found. Updates wait until it ends, because bbolt's check reads
// the free list, which a writer changes.
func (s *Store) Check(ctx context.Context) error {
	tx, err := s.begin(true)
	if err != nil {
		return fmt.Errorf("bolt: check: %w", err)
	}
	defer s.abandon(tx)
	// Read everything here first: bbolt checks in a goroutine, where a fault on a
	// damaged page cannot be recovered and would end the program.
	err = recoverDamage(func() error { return walk(ctx, tx.Bucket(dataBucket)) })
	if err != nil {
		return fmt.Errorf("bolt: check: %w", err)
	}
	var found error
	err = recoverDamage(func() error {
		for e := range tx.Check() { // receive all errors, or its goroutine does not end
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
