package server

import (
	"context"
	"errors"
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
