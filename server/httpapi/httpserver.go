package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/fairqueue"
)

// HTTPServer returns an http.Server for handler with timeouts and limits. Its Shutdown
// ends event streams and unused connections at once, and waits for other requests.
func (h *Handler) HTTPServer(handler http.Handler) *http.Server {
	shutdown := make(chan struct{})
	quiet := &idleConns{conns: map[net.Conn]bool{}}
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ConnState: func(c net.Conn, state http.ConnState) {
			h.conns.Note(c, state)
			quiet.note(c, state)
		},
		ErrorLog: slog.NewLogLogger(h.cfg.Log.Handler(), slog.LevelWarn),
		// otherwise net/http answers OPTIONS * for any Host
		DisableGeneralOptionsHandler: true,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), endingKey{}, shutdown)
		},
	}
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return fairqueue.WithSource(h.conns.Context(ctx, c), hostOf(c.RemoteAddr().String()))
	}
	srv.RegisterOnShutdown(sync.OnceFunc(func() { close(shutdown) }))
	srv.RegisterOnShutdown(quiet.end)
	return srv
}

// Listener returns a listener whose connections are bounded together with those of the
// other listeners (package connpool).
func (h *Handler) Listener(l net.Listener) net.Listener { return h.conns.Listener(l) }

// receiving marks a request until its body has arrived. Meanwhile its
// connection may be closed to make room for another one.
func (h *Handler) receiving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.conns.Receive(r, maxBody); err != nil {
			h.fail(w, r, errNoRoom)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// errNoRoom is the answer to a body for which there is no room.
var errNoRoom = &api.Problem{
	Status: http.StatusServiceUnavailable, Code: api.Unavailable, Reason: "bodies",
	Title: "Busy", Detail: "The server is receiving as much as it can. Try again in a moment.",
}

// idleConns are the connections without a request so far. Browsers open some in advance,
// and http.Server would wait five seconds for their first request.
type idleConns struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
	ended bool
}

func (u *idleConns) note(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.conns, c)
	case u.ended:
		_ = c.Close() // unused
	default:
		u.conns[c] = true
	}
}

func (u *idleConns) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	for c := range u.conns {
		_ = c.Close() // unused
	}
}
