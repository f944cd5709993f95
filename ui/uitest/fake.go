package uitest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/ui/print"
	"nightlatch/ui/shell"
)

// A Vault keeps the token in memory.
type Vault struct {
	mu    sync.Mutex
	token string
}

// Token is part of shell.Vault.
func (v *Vault) Token() (string, error) { v.mu.Lock(); defer v.mu.Unlock(); return v.token, nil }

// SetToken is part of shell.Vault.
func (v *Vault) SetToken(t string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.token = t
	return nil
}

// A Gate can delay the goroutines that pass through it.
type Gate struct {
	shut    sync.Mutex
	open    chan struct{} // closed when the gate opens; nil while it is open
	waiting int
	arrived func() // called when a goroutine begins to wait; may be nil
}

// Waiting is the number of goroutines that wait at the gate.
func (g *Gate) Waiting() int { g.shut.Lock(); defer g.shut.Unlock(); return g.waiting }

// Hold closes the gate until the returned function is called.
func (g *Gate) Hold() (release func()) {
	g.shut.Lock()
	defer g.shut.Unlock()
	open := make(chan struct{})
	g.open = open
	return sync.OnceFunc(func() {
		g.shut.Lock()
		defer g.shut.Unlock()
		close(open)
		g.open = nil
	})
}

// Wait returns when the gate is open, or ctx ends.
func (g *Gate) Wait(ctx context.Context) error {
	g.shut.Lock()
	open, arrived := g.open, g.arrived
	if open != nil {
		g.waiting++
	}
	g.shut.Unlock()
	if open == nil {
		return nil
	}
	defer func() { g.shut.Lock(); g.waiting--; g.shut.Unlock() }()
	if arrived != nil {
		arrived()
	}
	select {
	case <-open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A Printer keeps what is printed.
type Printer struct {
	Gate
	mu    sync.Mutex
	Names []print.Printer // what the system lists
	Got   [][]byte        // the printed documents

	Removed []string // jobs that were deleted
	Stuck   error    // the error of every deletion, or nil
	states  chan print.Job
}

// Printers is part of ui.Printer.
func (p *Printer) Printers(ctx context.Context) ([]print.Printer, error) {
	return p.Names, p.Wait(ctx)
}

// Print is part of ui.Printer.
func (p *Printer) Print(ctx context.Context, _ string, document []byte, _ int) (string, error) {
	p.mu.Lock()
	p.Got = append(p.Got, document)
	p.mu.Unlock()
	if err := p.Wait(ctx); err != nil {
		return "", err
	}
	return "job-1", nil
}

// Tell sets the state of the job; a final state ends it. Without Slow, a job
// is printed at once.
func (p *Printer) Tell(j print.Job) {
	p.states <- j
}

// Slow makes jobs wait for Tell.
func (p *Printer) Slow() { p.states = make(chan print.Job, 8) }

// Follow is part of ui.Printer.
func (p *Printer) Follow(ctx context.Context, _ string, tell func(print.Job)) error {
	if p.states == nil {
		tell(print.Job{State: print.Printed})
		return nil
	}
	for {
		select {
		case j := <-p.states:
			if tell(j); j.State.Over() {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Remove is part of ui.Printer.
func (p *Printer) Remove(_ context.Context, job string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Removed = append(p.Removed, job)
	return p.Stuck
}

// Open is part of ui.Printer.
func (p *Printer) Open(context.Context, string) error { return nil }

// A Network is the connection to the server. It can be cut, answer that the
// server is unavailable, or delay requests.
type Network struct {
	next        http.Handler
	Cut         atomic.Bool
	Unavailable atomic.Bool
	Gate
	mu      sync.Mutex
	changes []string
}

// Changes returns the requests that change something, as method, path and
// body, and clears the list.
func (n *Network) Changes() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := n.changes
	n.changes = nil
	return list
}

func (n *Network) record(r *http.Request) {
	if r.Method == http.MethodGet {
		return
	}
	body, _ := io.ReadAll(r.Body) // the server reports what is wrong with it
	r.Body = io.NopCloser(bytes.NewReader(body))
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changes = append(n.changes, r.Method+" "+r.URL.Path+" "+string(body))
}

// ServeHTTP is part of http.Handler.
func (n *Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.record(r)
	if n.Wait(r.Context()) != nil {
		return
	}
	switch {
	case n.Cut.Load():
		panic(http.ErrAbortHandler) // closes the connection
	case n.Unavailable.Load():
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"status":503,"code":"unavailable"}`)
	default:
		n.next.ServeHTTP(w, r)
	}
}

// A Queue is the drawing thread of a test: results wait here until the test handles
// them.
type Queue chan func()

// Do adds a function.
func (q Queue) Do(f func()) { q <- f }

// Settle handles results until no work of the scope's console is left.
func (q Queue) Settle(t testing.TB, s *shell.Scope) {
	t.Helper()
	for s.Busy() || len(q) > 0 {
		select {
		case f := <-q:
			f()
		case <-time.After(30 * time.Second):
			t.Fatal("work is not done after 30 s")
		}
	}
}
