package httpapi

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"nightlatch/server/fairqueue"
)

// An address is the remote address of a connection.
type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

type connFrom struct {
	net.Conn
	addr address
}

func (c connFrom) RemoteAddr() net.Addr { return c.addr }

// R43: the place of a request in the queue for hashes depends on its address.
// Requests of the window come first.
func TestQueueOrigins(t *testing.T) {
	t.Parallel()
	h := &Handler{cfg: Config{Log: slog.New(slog.DiscardHandler)}}
	srv := h.HTTPServer(http.NotFoundHandler())
	ctx := srv.ConnContext(t.Context(), connFrom{addr: "192.0.2.7:1234"})
	if want := fairqueue.WithSource(t.Context(), "192.0.2.7"); fairqueue.SourceOf(ctx) != fairqueue.SourceOf(want) || fairqueue.ClassOf(ctx) != fairqueue.Stranger {
		t.Errorf("source %q, class %d", fairqueue.SourceOf(ctx), fairqueue.ClassOf(ctx))
	}
	var class fairqueue.Class
	window := markWindow(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { class = fairqueue.ClassOf(r.Context()) }))
	window.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if class != fairqueue.Known {
		t.Errorf("the window's class is %d", class)
	}
}
