package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
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
