// Package bolt is the embedded back end of store: one bbolt file.
//
// Writers are drained into one commit. A single committer takes every Update
// that queued while the commit before it ran, gives each closure its turn over
// its own overlay inside one bbolt transaction, and syncs once for all of them.
// There is no timer: alone, an Update waits for nothing.
//
// A file that cannot be used is left byte for byte as it was and its error says
// why: in use, not writable, damaged, from a newer version, or no space. When
// the disk fills up while running, a reserve file beside the database is given
// up so that what deletes can still commit.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// Config is what Open needs.
type Config struct {
	Path string
	Now  func() time.Time
	// ReserveBytes is the size of the reserve file beside the database, which is
	// freed when the disk is full, since deleting needs room too. 0 means 4 MiB.
	ReserveBytes int64
	// Log hears when the disk fills up or fails. Optional.
	Log *slog.Logger
}

const defaultReserve = 4 << 20

func (cfg Config) check() (Config, error) {
	if cfg.Path == "" {
		return cfg, errors.New("bolt: no path")
	}
	if cfg.Now == nil {
		return cfg, errors.New("bolt: no clock")
	}
	if cfg.ReserveBytes < 0 {
		return cfg, errors.New("bolt: negative reserve")
	}
	if cfg.ReserveBytes == 0 {
		cfg.ReserveBytes = defaultReserve
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}

// A Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	db      *bbolt.DB
	file    *os.File // bbolt's own, to let go of when bbolt cannot
	now     func() time.Time
	log     *slog.Logger
	reserve *reserve                // the committer's alone
	commit  func(*bbolt.Tx) error   // bbolt's Commit; tests make it fail
	stopped atomic.Pointer[failure] // set once, when the disk or the file failed
	wedged  atomic.Bool             // a bbolt transaction can never end
	damaged chan struct{}           // closed at the first ErrDamaged
	once    sync.Once               // closes damaged

	mu     sync.Mutex
	queue  []*request
	closed bool
	wake   chan struct{} // holds one: something was queued, or closed
	gone   chan struct{} // closed when the committer has returned
}

type failure struct{ err error }

// View implements store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f := s.stopped.Load(); f != nil {
		return f.err
	}
	defer func() { s.note(err) }()
	tx, err := s.begin(false)
	if err != nil {
		return fmt.Errorf("bolt: view: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to lose
	r, err := newReader(tx, s.now())
	if err != nil {
		return err
	}
	v := &view{reader: r}
	err = recoverFault(func() error { return fn(v) })
	if v.err != nil {
		return v.err
	}
	return err
}

// Update implements store.Store. The closure runs on the caller's goroutine. An
// ended ctx takes it out of the queue, but never out of a commit that started.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newRequest(store.IsUrgent(ctx))
	if err := s.enqueue(r); err != nil {
		return err
	}
	ended := ctx.Done()
	for {
		select {
		case t := <-r.turn:
			r.run(t, fn)
		case err := <-r.done:
			s.note(err)
			return err
		case <-ended:
			if r.leave() {
				return ctx.Err()
			}
			ended = nil // it is being committed
		}
	}
}

// Close implements store.Store: queued updates are committed, running
// transactions end, and the file is let go.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		<-s.gone
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.signal()
	<-s.gone
	if s.wedged.Load() {
		// bbolt would wait for ever for its own transaction.
		return s.file.Close()
	}
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("bolt: close: %w", err)
	}
	return nil
}

// Damaged is closed when the file turns out to be damaged: some of what is in it
// cannot be read any more.
func (s *Store) Damaged() <-chan struct{} { return s.damaged }

func (s *Store) note(err error) {
	if errors.Is(err, store.ErrDamaged) {
		s.once.Do(func() { close(s.damaged) })
	}
}

func (s *Store) stop(err error) {
	s.note(err)
	if s.stopped.CompareAndSwap(nil, &failure{err}) {
		s.log.Error("the store has stopped", "error", err)
	}
}
