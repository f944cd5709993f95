package bolt

import (
	"errors"
	"fmt"
	"slices"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"nightlatch/server/store"
)

// batchLimit is the largest number of closures in one commit. Each writes at most
// store.MaxWrites keys.
const batchLimit = 256

// A request is one Update on its way to the disk. It goes through these steps:
//
//  1. It waits in Store.queue. If the caller's context ends, leave removes it.
//  2. The committer takes it out of the queue, as part of a batch. From here on
//     the caller waits for the result, even if its context ends.
//  3. The committer sends the open transaction on turn. The caller runs its
//     closure on its own goroutine, where a panic or runtime.Goexit belongs, and
//     sends the closure's error on ran. This happens a second time if the commit
//     found the disk full and is repeated with the room of the reserve file.
//  4. The committer sends the result on done.
type request struct {
	turn chan store.Reader
	ran  chan error
	done chan error // capacity 1

	urgent  bool           // it may use the room that is reserved for deletions
	overlay *store.Overlay // writes of the last run; set by the caller before it sends on ran
	gone    bool           // the closure did not return, so no one receives from done
	err     error          // why this request fails, even if the batch is committed
}

// errGone is the error of a closure that panicked or ended its goroutine.
var errGone = errors.New("bolt: closure did not return")

func newRequest(urgent bool) *request {
	return &request{urgent: urgent, turn: make(chan store.Reader), ran: make(chan error), done: make(chan error, 1)}
}

// run runs the closure on the caller's goroutine.
func (r *request) run(base store.Reader, fn func(store.Tx) error) {
	err := errGone
	defer func() { r.ran <- err }()
	r.overlay = store.NewOverlay(base)
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

// leave takes a request out of the queue, or reports false if it is already part
// of a batch.
func (s *Store) leave(r *request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.queue, r)
	if i < 0 {
		return false
	}
	s.queue = slices.Delete(s.queue, i, i+1)
	return true
}

func (s *Store) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run is the committer. It returns when the store is closed and the queue is
// empty.
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

// next takes the oldest requests out of the queue, at most batchLimit.
func (s *Store) next() (batch []*request, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.queue), batchLimit)
	batch = slices.Clone(s.queue[:n])
	s.queue = slices.Delete(s.queue, 0, n)
	return batch, s.closed
}

// write commits a batch and sends every request its result.
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
			// A closure's own error may depend on a write of this batch, which was
			// not committed.
			r.done <- err
		default:
			r.done <- r.err
		}
	}
}

// attempt runs every closure of the batch in one bbolt transaction and commits
// their writes. On an error nothing of the batch was written.
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

// offer runs the closures one after the other. Each sees the writes of the
// closures before it that succeeded.
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
		r.turn <- base
		r.err = <-r.ran
		r.gone = errors.Is(r.err, errGone)
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

// short reports that only enough room for deletions is left: the reserve file was
// deleted, and the database file, which never shrinks, has less free space than the
// reserve had.
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

// finish commits. The store stays usable after one kind of failure only: the disk
// was full before the new meta page was written. After a failed sync the contents
// of the disk are unknown, and a second sync would report success although the
// kernel has dropped the pages.
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

// failed stops the store until it is opened again. See finish for the reason.
func (s *Store) failed(err error) error {
	err = fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	s.stop(err)
	return err
}

// begin begins a bbolt transaction. bbolt panics with its locks held if both meta
// pages were overwritten while the file was open.
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

// lastCommitted returns the ID of the newest committed transaction.
func (s *Store) lastCommitted() int {
	tx, err := s.begin(false)
	if err != nil {
		return int(^uint(0) >> 1) // unknown: assume the new meta page was written
	}
	defer tx.Rollback() // a read transaction has nothing to write
	return tx.ID()
}

// abandon rolls back. If bbolt panics because the file is damaged, its write lock
// is never released.
func (s *Store) abandon(tx *bbolt.Tx) {
	if err := recoverDamage(tx.Rollback); errors.Is(err, store.ErrDamaged) {
		s.wedged.Store(true)
		s.stop(err)
	}
}
