package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"nightlatch/server/store"
)

// reapEvery is how often the janitor reclaims what has expired.
const reapEvery = time.Minute

// Run delivers messages, reclaims what has expired and writes what the ledger
// holds, until ctx is done; then it writes the rest and returns nil. It ends
// early only with an error of the outbox. The caller stops taking requests
// before it ends ctx.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var tasks sync.WaitGroup
	tasks.Go(func() { s.reap(ctx) })
	tasks.Go(func() {
		s.usage.Run(ctx, &s.settled, func(err error) { s.cfg.Log.Error("ledger: not written yet", "error", err) })
	})
	err := s.outbox.Run(ctx)
	cancel()
	tasks.Wait()
	return err
}

// Deliver sends every message that is due, and returns when that is done: for
// the lab and for tests, which look at what arrived.
func (s *Server) Deliver(ctx context.Context) error { return s.outbox.Drain(ctx) }

// Flush writes what the ledger holds now instead of in a few seconds.
func (s *Server) Flush(ctx context.Context) error { return s.usage.Flush(ctx) }

// reap is the janitor. Whoever reads a record checks its expiry; this only makes
// room, in small transactions.
func (s *Server) reap(ctx context.Context) {
	tick := time.NewTicker(reapEvery)
	defer tick.Stop()
	for {
		s.settled.RLock()
		_, err := store.Reap(ctx, s.store)
		s.settled.RUnlock()
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			s.cfg.Log.Error("janitor: expired records stay for now", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// HTTPServer returns an http.Server for h with limits that suit it. Streams of
// events and connections that have asked nothing yet end when its Shutdown begins;
// all other requests are waited for.
func (s *Server) HTTPServer(h http.Handler) *http.Server {
	shutdown := make(chan struct{})
	quiet := &unasked{conns: map[net.Conn]bool{}}
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ConnState:         quiet.note,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
		// or else net/http would answer OPTIONS * by itself, to any Host
		DisableGeneralOptionsHandler: true,
		BaseContext: func(net.Listener) context.Context {
			return context.WithValue(context.Background(), endingKey{}, shutdown)
		},
	}
	srv.RegisterOnShutdown(sync.OnceFunc(func() { close(shutdown) }))
	srv.RegisterOnShutdown(quiet.end)
	return srv
}

// unasked are the connections on which nothing was asked yet. A browser opens some
// in advance, and http.Server would wait five seconds for their first request.
type unasked struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
	ended bool
}

func (u *unasked) note(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.conns, c)
	case u.ended:
		_ = c.Close() // nobody is on it
	default:
		u.conns[c] = true
	}
}

func (u *unasked) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	for c := range u.conns {
		_ = c.Close() // nobody is on it
	}
}
