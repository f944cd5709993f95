package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"

	"nightlatch/server/store"
)

// Snapshot calls fn with a read transaction, the size of a copy of the
// database in bytes, and a function that writes this copy. The copy has the
// state that the transaction sees. The store can be used meanwhile, but until
// fn returns its file cannot shrink, and grows faster.
func (s *Store) Snapshot(ctx context.Context, fn func(tx store.Tx, size int64, copyTo func(io.Writer) error) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := s.begin(false)
	if err != nil {
		return fmt.Errorf("bolt: snapshot: %w", err)
	}
	defer tx.Rollback() // a read transaction has nothing to write
	r, err := newReader(tx, s.now())
	if err != nil {
		return err
	}
	v := &view{reader: r}
	err = recoverFault(func() error {
		return fn(v, tx.Size(), func(w io.Writer) error {
			out := &remembering{w: cancellable{ctx, w}}
			if _, err := tx.WriteTo(out); err != nil {
				// bbolt returns some errors as text only.
				return fmt.Errorf("bolt: copy: %w", errors.Join(out.err, err))
			}
			return nil
		})
	})
	if v.err != nil {
		err = v.err
	}
	s.note(err)
	return err
}

// remembering is a writer that records its first error.
type remembering struct {
	w   io.Writer
	err error
}

func (r *remembering) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.err == nil {
		r.err = err
	}
	return n, err
}
