package httpapi

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

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
		ConnState:         quiet.note,
		ErrorLog:          slog.NewLogLogger(h.cfg.Log.Handler(), slog.LevelWarn),
		// otherwise net/http answers OPTIONS * for any Host
		DisableGeneralOptionsHandler: true,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), endingKey{}, shutdown)
		},
	}
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return fairqueue.WithSource(ctx, hostOf(c.RemoteAddr().String()))
	}
	srv.RegisterOnShutdown(sync.OnceFunc(func() { close(shutdown) }))
	srv.RegisterOnShutdown(quiet.end)
	return srv
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
