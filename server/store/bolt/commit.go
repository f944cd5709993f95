package bolt

import (
	"errors"
	"fmt"
	"sync/atomic"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"nightlatch/server/store"
)

// batchLimit bounds one commit: closures, each of at most store.MaxWrites keys.
const batchLimit = 256

// A request is one Update on its way through the committer.
type request struct {
	state atomic.Int32
	turn  chan turn  // the committer: run your closure now
	ran   chan error // the caller: it has run; its error
	done  chan error // the committer: committed, or not; holds one

	urgent  bool           // it may use what is kept for deleting
	overlay *store.Overlay // of the last run; written by the caller before ran
	gone    bool           // the closure panicked: nobody waits any more
	err     error          // the committer's: why this request alone fails
}

const (
	queued int32 = iota
	taken
	left
)

// A turn is a caller's time on the committer's transaction.
type turn struct{ base store.Reader }

// errGone is what a closure that panicked or left its goroutine answers.
var errGone = errors.New("bolt: closure did not return")

func newRequest(urgent bool) *request {
	return &request{urgent: urgent, turn: make(chan turn), ran: make(chan error), done: make(chan error, 1)}
}

func (r *request) take() bool  { return r.state.CompareAndSwap(queued, taken) }
func (r *request) leave() bool { return r.state.CompareAndSwap(queued, left) }

// run runs the closure on the caller's goroutine, where its panic belongs.
func (r *request) run(t turn, fn func(store.Tx) error) {
	err := errGone
	defer func() { r.ran <- err }()
	r.overlay = store.NewOverlay(t.base)
	got := recoverFault(func() error { return fn(r.overlay) })
	if bad := r.overlay.Err(); bad != nil {
		got = bad
	}
	err = got
}

func (s *Store) enqueue(r *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if f := s.stopped.Load(); f != nil {
		return f.err
	}
	s.queue = append(s.queue, r)
	s.signal()
	return nil
}

func (s *Store) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run is the committer. It returns when the store is closed and the queue empty.
func (s *Store) run() {
	defer close(s.gone)
	for {
		batch, closed := s.next()
		if len(batch) > 0 {
			s.write(batch)
			continue
		}
		if closed {
			return
		}
		<-s.wake
	}
}

// next takes what has queued, up to batchLimit.
func (s *Store) next() (batch []*request, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 && len(batch) < batchLimit {
		if r := s.queue[0]; r.take() {
			batch = append(batch, r)
		}
		s.queue[0] = nil
		s.queue = s.queue[1:]
	}
	return batch, s.closed
}

// write commits a batch and answers everybody in it.
func (s *Store) write(batch []*request) {
	s.reserve.restore()
	err := s.attempt(batch)
	if errors.Is(err, store.ErrFull) && s.reserve.release() {
		s.log.Warn("the disk is full; the reserve was freed so that deleting still works")
		err = s.attempt(batch)
	}
	for _, r := range batch {
		switch {
		case r.gone:
		case err != nil:
			// Even a closure's own error may rest on a write of this batch that
			// is not there now.
			r.done <- err
		default:
			r.done <- r.err
		}
	}
}

// attempt gives every closure of the batch its turn in one bbolt transaction and
// commits what they wrote. On an error nothing of the batch was written.
func (s *Store) attempt(batch []*request) error {
	if f := s.stopped.Load(); f != nil {
		return f.err
	}
	tx, err := s.begin(true)
	if err != nil {
		return s.failed(err)
	}
	wrote, err := s.offer(tx, batch)
	if err == nil && wrote {
		return s.finish(tx)
	}
	s.abandon(tx)
	return err
}

// offer runs the closures one after the other; each sees the writes of those
// before it that succeeded.
func (s *Store) offer(tx *bbolt.Tx, batch []*request) (wrote bool, err error) {
	short := s.short()
	for _, r := range batch {
		if r.gone {
			continue
		}
		base, err := newReader(tx, s.now())
		if err != nil {
			return false, err
		}
		r.turn <- turn{base}
		r.err = <-r.ran
		r.gone = r.err == errGone //nolint:errorlint // our own, never wrapped
		if r.err != nil || r.overlay.Len() == 0 {
			continue
		}
		if short && !r.urgent && !r.overlay.Deletes() {
			r.err = store.ErrFull
			continue
		}
		err = recoverDamage(func() error { return apply(r.overlay, base.bucket) })
		if err != nil {
			s.stop(fmt.Errorf("bolt: write: %w", err))
			return false, err
		}
		wrote = true
	}
	return wrote, nil
}

// short reports that there is no more room than deleting may need: the reserve
// is gone, and the file itself, which never shrinks, has less than that free.
func (s *Store) short() bool {
	if s.reserve.held {
		return false
	}
	return int64(s.db.Stats().FreePageN)*int64(s.db.Info().PageSize) < s.reserve.size
}

func apply(o *store.Overlay, b *bbolt.Bucket) error {
	return o.Apply(
		func(key string, value []byte) error { return b.Put([]byte(key), value) },
		func(key string) error { return b.Delete([]byte(key)) },
	)
}

// finish commits. Only a full disk, and only before the new meta page was
// written, leaves the store usable: after a failed sync nobody knows what is on
// the disk, and to sync again would say "fine" about pages the kernel dropped.
func (s *Store) finish(tx *bbolt.Tx) error {
	id := tx.ID()
	err := recoverDamage(func() error { return s.commit(tx) })
	if err == nil {
		return nil
	}
	if errors.Is(err, store.ErrDamaged) {
		s.abandon(tx)
		s.stop(err)
		return err
	}
	if isFull(err) && s.lastCommitted() < id {
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return s.failed(err)
}

// failed stops the store for good: see finish.
func (s *Store) failed(err error) error {
	err = fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	s.stop(err)
	return err
}

// begin begins a bbolt transaction. It panics in there with its locks held when
// both meta pages were overwritten while it was open.
func (s *Store) begin(writable bool) (tx *bbolt.Tx, err error) {
	err = recoverDamage(func() error {
		tx, err = s.db.Begin(writable)
		return err
	})
	switch {
	case errors.Is(err, store.ErrDamaged):
		s.wedged.Store(true)
		s.stop(err)
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		err = store.ErrClosed
	}
	return tx, err
}

// lastCommitted is the transaction ID that a reader would see.
func (s *Store) lastCommitted() int {
	tx, err := s.begin(false)
	if err != nil {
		return int(^uint(0) >> 1) // unknown: as bad as can be
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to lose
	return tx.ID()
}

// abandon rolls back. bbolt's own rollback can panic over a damaged file, and
// then its write lock is held for ever.
func (s *Store) abandon(tx *bbolt.Tx) {
	if err := recoverDamage(tx.Rollback); errors.Is(err, store.ErrDamaged) {
		s.wedged.Store(true)
		s.stop(err)
	}
}
