package bolt

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"nightlatch/server/store"
)

// A gated store waits before each commit until the test lets it continue.
type gated struct {
	*Store
	at   chan struct{} // a commit is about to begin
	pass chan error    // nil: commit; otherwise the error of the disk
}

func openGated(t *testing.T) *gated {
	t.Helper()
	g := &gated{
		Store: openAt(t, filepath.Join(t.TempDir(), "test.db")),
		at:    make(chan struct{}),
		pass:  make(chan error),
	}
	if err := put(t, g.Store, "there"); err != nil {
		t.Fatal(err)
	}
	g.commit = func(tx *bbolt.Tx) error {
		g.at <- struct{}{}
		if err := <-g.pass; err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}
	return g
}

// queued waits until n updates are in the queue.
func (g *gated) queued(n int) {
	for {
		g.mu.Lock()
		have := len(g.queue)
		g.mu.Unlock()
		if have == n {
			return
		}
		runtime.Gosched()
	}
}

// together starts updates that will be one batch. It returns a function that waits for the
// commit and returns their errors.
func (g *gated) together(t *testing.T, fns ...func(store.Tx) error) (errs func() []error) {
	t.Helper()
	var group sync.WaitGroup
	group.Go(func() {
		if err := put(t, g.Store, "first"); err != nil {
			t.Error(err)
		}
	})
	<-g.at // the commit is running: updates now queue
	list := make([]error, len(fns))
	for i, fn := range fns {
		group.Go(func() { list[i] = g.Update(context.Background(), fn) })
		g.queued(i + 1)
	}
	g.pass <- nil
	return func() []error {
		group.Wait()
		return list
	}
}

func TestBatchIsOneCommit(t *testing.T) {
	t.Parallel()
	g := openGated(t)
	boom := errors.New("boom")
	errs := g.together(
		t,
		func(tx store.Tx) error { return tx.Create("a", nil) },
		func(tx store.Tx) error { return errors.Join(tx.Put("b", nil), boom) },
		func(tx store.Tx) error { return tx.Create("a", nil) }, // sees the first
		func(tx store.Tx) error { _, err := tx.Get("a"); return err },
	)
	<-g.at
	g.pass <- nil // one commit for all four
	got := errs()
	if got[0] != nil || !errors.Is(got[1], boom) || !errors.Is(got[2], store.ErrExists) || got[3] != nil {
		t.Errorf("the batch returned %v", got)
	}
	if n := count(t, g.Store, "b"); n != 0 {
		t.Error("the writes of the closure with an error were committed")
	}
}

// TestFailedCommitFailsAll: an update fails too if it only read writes that were not
// committed.
func TestFailedCommitFailsAll(t *testing.T) {
	t.Parallel()
	g := openGated(t)
	errs := g.together(
		t,
		func(tx store.Tx) error { return tx.Create("a", nil) },
		func(tx store.Tx) error { return tx.Create("a", nil) },
		func(tx store.Tx) error { _, err := tx.Get("a"); return err },
	)
	<-g.at
	g.pass <- syscall.EIO
	for i, err := range errs() {
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("update %d: %v, want ErrUnavailable", i, err)
		}
	}
	if err := put(t, g.Store, "later"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("an update after it: %v, want ErrUnavailable", err)
	}
}

// TestFullDisk: deletions are committed with the reserve's space. The other updates of the
// batch get ErrFull.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	g := openGated(t)
	errs := g.together(
		t,
		func(tx store.Tx) error { return tx.Put("more", nil) },
		func(tx store.Tx) error { return errors.Join(tx.Delete("there"), tx.Put("log", nil)) },
	)
	<-g.at
	if !g.reserve.held {
		t.Error("there is no reserve")
	}
	g.pass <- syscall.ENOSPC
	<-g.at // the second attempt, with the deletion only
	if g.reserve.held {
		t.Error("the reserve was not released")
	}
	g.pass <- nil
	got := errs()
	if !errors.Is(got[0], store.ErrFull) || got[1] != nil {
		t.Errorf("the batch returned %v, want ErrFull and nil", got)
	}
	if count(t, g.Store, "there") != 0 || count(t, g.Store, "log") != 1 || count(t, g.Store, "more") != 0 {
		t.Error("the store holds something else than what was acknowledged")
	}
	done := make(chan error)
	go func() { done <- put(t, g.Store, "room again") }()
	<-g.at
	g.pass <- nil
	if err := <-done; err != nil || !g.reserve.held {
		t.Errorf("with room again: %v, reserve held: %v", err, g.reserve.held)
	}
}

// TestUnsyncedMeta: if the sync after the meta page fails, the store stops. Otherwise
// readers could see writes that were not acknowledged.
func TestUnsyncedMeta(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC} {
		s := openAt(t, filepath.Join(t.TempDir(), "test.db"))
		s.commit = func(tx *bbolt.Tx) error { return errors.Join(tx.Commit(), fault) }
		if err := put(t, s, "a"); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%v: update: %v, want ErrUnavailable", fault, err)
		}
		s.commit = func(*bbolt.Tx) error {
			t.Errorf("%v: it committed again", fault)
			return nil
		}
		if err := put(t, s, "b"); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%v: next update: %v, want ErrUnavailable", fault, err)
		}
		err := s.View(t.Context(), func(tx store.Tx) error {
			t.Errorf("%v: a view ran", fault)
			return nil
		})
		if !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%v: view: %v, want ErrUnavailable", fault, err)
		}
	}
}

func TestContextEndsTheWaitInTheQueue(t *testing.T) {
	t.Parallel()
	g := openGated(t)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	first := make(chan error)
	go func() { first <- put(t, g.Store, "first") }()
	<-g.at
	go func() {
		waiting <- g.Update(ctx, func(tx store.Tx) error {
			t.Error("the closure ran")
			return nil
		})
	}()
	g.queued(1)
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	g.pass <- nil
	if err := <-first; err != nil {
		t.Error(err)
	}
	closeStore(t, g.Store)
}

func TestContextDoesNotEndACommit(t *testing.T) {
	t.Parallel()
	g := openGated(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- g.Update(ctx, func(tx store.Tx) error { return tx.Put("a", nil) }) }()
	<-g.at
	cancel()
	select {
	case err := <-done:
		t.Errorf("it returned %v before the commit", err)
	default:
	}
	g.pass <- nil
	if err := <-done; err != nil {
		t.Errorf("a committed update returned %v", err)
	}
	if n := count(t, g.Store, "a"); n != 1 {
		t.Error("the write is missing")
	}
}

// TestClosureThatDoesNotReturn: a closure panics or ends its goroutine, as t.FailNow does.
// The other updates of its batch are not affected.
func TestClosureThatDoesNotReturn(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(){"panic": func() { panic("boom") }, "goexit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			g := openGated(t)
			left := make(chan struct{})
			errs := g.together(
				t,
				func(tx store.Tx) error { return tx.Put("a", nil) },
				func(tx store.Tx) error { return tx.Put("b", nil) },
			)
			<-g.at
			go func() {
				defer close(left)
				defer func() { _ = recover() }()
				_ = g.Update(context.Background(), func(tx store.Tx) error {
					_ = tx.Put("c", nil)
					leave()
					return nil
				})
			}()
			g.queued(1)
			g.pass <- nil
			for i, err := range errs() {
				if err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			}
			<-left
			if count(t, g.Store, "c") != 0 || count(t, g.Store, "a") != 1 {
				t.Error("the store holds something else than what was acknowledged")
			}
		})
	}
}

func TestCloseCommitsWhatIsQueued(t *testing.T) {
	t.Parallel()
	g := openGated(t)
	errs := g.together(t, func(tx store.Tx) error { return tx.Put("a", nil) })
	<-g.at
	closed := make(chan error)
	go func() { closed <- g.Close() }()
	g.pass <- nil
	if err := errors.Join(append(errs(), <-closed)...); err != nil {
		t.Error(err)
	}
	s := openAt(t, g.reserve.path[:len(g.reserve.path)-len(".reserve")])
	if n := count(t, s, "a"); n != 1 {
		t.Error("an acknowledged write is missing")
	}
}
