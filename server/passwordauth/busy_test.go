package passwordauth_test

import (
	"context"
	"runtime"
	"sync"
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
	turns *fairqueue.Queue
	queue int
}

func newBusyHasher(t testing.TB) *busyHasher {
	b := &busyHasher{queue: runtime.GOMAXPROCS(0)} // the seed data needs as many hashes at once
	b.turns = fairqueue.New(1, b.queue)
	h, err := account.NewHasher(account.HasherConfig{Parallel: 1, Params: account.Params{Memory: 64, Time: 1, Threads: 1}, Turns: b.turns})
	if err != nil {
		t.Fatal(err)
	}
	b.Hasher = h
	return b
}

// fill fills the queue until the end of the test. Its requests have the class
// and the address of those in the test: a known program (R43). With another
// class or address, the queue would serve the test's requests first (package
// fairqueue).
func (b *busyHasher) fill(t testing.TB) {
	known := fairqueue.WithClass(context.Background(), fairqueue.Known)
	here, cancel := context.WithCancel(fairqueue.WithSource(known, "127.0.0.1"))
	leave, err := b.turns.Enter(here)
	if err != nil {
		t.Fatal(err)
	}
	var waiting sync.WaitGroup
	for range b.queue {
		waiting.Go(func() {
			if leave, err := b.turns.Enter(here); err == nil {
				leave()
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		leave()
		waiting.Wait()
	})
	for b.turns.Waiting() < b.queue {
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
