// Package bolt is the embedded back end of store: one bbolt file.
//
// Updates are committed in groups. One goroutine, the committer, takes all
// updates that queued during the commit before, runs each closure over an overlay
// of its own inside one bbolt transaction, and syncs once for all of them. There
// is no timer, so a single update does not wait (decision 45).
//
// Open never changes a file that it cannot use. The error says why: in use, not
// writable, damaged, from a newer version, or no space. If the disk fills up later,
// the store deletes a reserve file beside the database, so that deletions can
// still be committed.
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

// Config configures a Store.
type Config struct {
	Path string
	Now  func() time.Time
	// ReserveBytes is the size of the reserve file beside the database. It is
	// deleted when the disk is full, because deletions need room too. 0 means 4 MiB.
	ReserveBytes int64
	// Rewrite is called for a database of schema 1, whose values have no
	// checksums. It returns how to rewrite the database to a new file. If it
	// is nil, Open refuses such a database with store.ErrOldFormat.
	Rewrite func() (*Rewrite, error)
	// Log receives a line when the disk fills up or fails. Optional.
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
	db   *bbolt.DB
	file *os.File // bbolt's file, closed here if bbolt cannot close it
	now  func() time.Time
	log  *slog.Logger

	readOnly bool // OpenReadOnly: there is no committer

	reserve *reserve                // used by the committer only
	commit  func(*bbolt.Tx) error   // bbolt's Commit; tests replace it
	stopped atomic.Pointer[failure] // set once, when the disk fails or the file is damaged
	wedged  atomic.Bool             // a bbolt transaction cannot be ended
	over    chan struct{}           // closed when the store cannot continue
	why     error                   // set before over is closed
	once    sync.Once               // closes over

	mu     sync.Mutex
	queue  []*request
	closed bool
	wake   chan struct{} // capacity 1; filled when there is a new request or the store was closed
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
	defer tx.Rollback() // a read transaction has nothing to write
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

// Update implements store.Store. The closure runs on the caller's goroutine. If ctx
// ends, a queued update is dropped; one whose commit has started is not.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.readOnly {
		return store.ErrReadOnly
	}
	r := newRequest(store.IsUrgent(ctx))
	if err := s.enqueue(r); err != nil {
		return err
	}
	ended := ctx.Done()
	for {
		select {
		case base := <-r.turn:
			r.run(base, fn)
		case err := <-r.done:
			s.note(err)
			return err
		case <-ended:
			if s.leave(r) {
				return ctx.Err()
			}
			ended = nil // it is part of a batch: wait for the result
		}
	}
}

// Close implements store.Store. It commits queued updates, waits for running
// transactions and closes the file.
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
		// bbolt would wait forever for its own transaction.
		return s.file.Close()
	}
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("bolt: close: %w", err)
	}
	return nil
}

// Failed returns a channel that is closed when the store cannot continue: the
// disk failed, or a transaction found damage that affects all accounts. The
// owner should stop, and open the store again after the cause is removed.
func (s *Store) Failed() <-chan struct{} { return s.over }

// Failure returns why the store cannot continue, or nil.
func (s *Store) Failure() error {
	select {
	case <-s.over:
		return s.why
	default:
		return nil
	}
}

func (s *Store) fail(err error) {
	s.once.Do(func() {
		s.why = err
		close(s.over)
	})
}

func (s *Store) note(err error) {
	var value *store.DamagedError
	if errors.As(err, &value) && !value.Shared() {
		return // the rest of the database can be used
	}
	if errors.Is(err, store.ErrDamaged) {
		s.fail(err)
	}
}

func (s *Store) stop(err error) {
	s.fail(err)
	if s.stopped.CompareAndSwap(nil, &failure{err}) {
		s.log.Error("the store has stopped", "error", err)
	}
}
