package uitest

import (
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

// A Printer keeps what is printed.
type Printer struct {
	mu    sync.Mutex
	Names []print.Printer // what the system lists
	Got   [][]byte        // the printed documents
}

// Printers is part of ui.Printer.
func (p *Printer) Printers(context.Context) ([]print.Printer, error) { return p.Names, nil }

// Print is part of ui.Printer.
func (p *Printer) Print(_ context.Context, _ string, document []byte, _ int) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Got = append(p.Got, document)
	return "job-1", nil
}

// Forget is part of ui.Printer.
func (p *Printer) Forget(context.Context, string) error { return nil }

// Open is part of ui.Printer.
func (p *Printer) Open(context.Context, string) error { return nil }

// A Network is the connection to the server. It can be cut, or answer that the server
// is unavailable.
type Network struct {
	next        http.Handler
	Cut         atomic.Bool
	Unavailable atomic.Bool
}

// ServeHTTP is part of http.Handler.
func (n *Network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
