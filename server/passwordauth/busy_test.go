package passwordauth_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/fairqueue"
	"nightlatch/server/servertest"
)

// A busyHasher is a hasher whose queue can be filled.
type busyHasher struct {
	*account.Hasher
	blocked atomic.Bool   // hashes wait for release
	running chan struct{} // one is in the hasher
	release chan struct{} // closed to continue them
	tasks   sync.WaitGroup
	queue   int
}

func newBusyHasher(t testing.TB) *busyHasher {
	queue := runtime.GOMAXPROCS(0) // the seed's hashes need as much
	b := &busyHasher{running: make(chan struct{}, queue+1), release: make(chan struct{}), queue: queue}
	h, err := account.NewHasher(account.HasherConfig{
		// One hash at a time, with so much memory that Collect is called before each.
		Parallel: 1, Queue: b.queue, Params: account.Params{Memory: account.DefaultParams().Memory, Time: 1, Threads: 1},
		Collect: func() {
			if b.blocked.Load() {
				b.running <- struct{}{}
				<-b.release
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Hasher = h
	return b
}

// fill fills the queue until the end of the test, from the address of the test's requests:
// those of another address would be served before (package fairqueue).
func (b *busyHasher) fill(t testing.TB) {
	b.blocked.Store(true)
	here := fairqueue.WithSource(context.Background(), "127.0.0.1")
	for range b.queue + 1 {
		b.tasks.Go(func() {
			for errors.Is(b.Decoy(here, "x"), account.ErrBusy) { // the probe below has the slot
				runtime.Gosched()
			}
		})
	}
	t.Cleanup(func() {
		close(b.release)
		b.tasks.Wait()
	})
	<-b.running // otherwise the probe could get a permit
	ended, cancel := context.WithCancel(here)
	cancel()
	for !errors.Is(b.Decoy(ended, "x"), account.ErrBusy) {
		runtime.Gosched()
	}
}

// A full hash queue answers third-party clients with 503 and the time to wait, in the
// form of their protocol. It does not count as a failure.
func TestBusy(t *testing.T) {
	t.Parallel()
	hasher := newBusyHasher(t)
	w := servertest.New(t, func(cfg *server.Config) { cfg.Hasher = hasher.Hasher })
	servertest.WantMe(t, "before", w.Basic("ada", servertest.Password), "ada")
	before := w.Dump()
	hasher.fill(t)

	e := w.Basic("ada", servertest.Password)
	if p := e.Problem(t); e.Status != 503 || p.Code != api.Unavailable || e.Header.Get("Retry-After") != "1" || p.RetryAt == nil {
		t.Errorf("HTTP Basic: %d %v %s", e.Status, e.Header, e.Body)
	}
	if e.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("HTTP Basic: asks for other credentials: %v", e.Header)
	}
	e = w.Basic("nobody", servertest.Password)
	if e.Status != 503 {
		t.Errorf("an unknown user name: %d %s", e.Status, e.Body)
	}
	e, out := w.OAuthToken("ada", servertest.Password)
	if e.Status != 503 || out["error"] != "temporarily_unavailable" || out["code"] != api.Unavailable || e.Header.Get("Retry-After") != "1" {
		t.Errorf("OAuth: %d %v %s", e.Status, e.Header, e.Body)
	}
	if after := w.Dump(); len(after) != len(before) {
		t.Errorf("%d keys became %d", len(before), len(after))
	}
}
