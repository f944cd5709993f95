package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"nightlatch/server/store"
)

// reapEvery is how often expired records are deleted.
const reapEvery = time.Minute

// Run delivers messages, deletes expired records, notifies accounts of a
// restore and writes the use counters, until ctx is done. Then it writes the
// remaining counters and returns nil. It returns early only if the outbox
// fails. The caller must stop accepting requests before it ends ctx.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var tasks sync.WaitGroup
	tasks.Go(func() { s.reap(ctx) })
	tasks.Go(func() { s.tellRestored(ctx) })
	if s.backups != nil {
		tasks.Go(func() { s.backups.Run(ctx) })
	}
	tasks.Go(func() {
		s.usage.Run(ctx, &s.busy, func(err error) { s.cfg.Log.Error("use counters: not written yet", "error", err) })
	})
	err := s.outbox.Run(ctx)
	cancel()
	tasks.Wait()
	return err
}

// Deliver sends every message that is due and waits for it. The lab and tests use it.
func (s *Server) Deliver(ctx context.Context) error { return s.outbox.Drain(ctx) }

// Flush writes the use counters now.
func (s *Server) Flush(ctx context.Context) error { return s.usage.Flush(ctx) }

// reap deletes expired records in small transactions. Readers check the expiry
// themselves, so it only frees space.
func (s *Server) reap(ctx context.Context) {
	tick := time.NewTicker(reapEvery)
	defer tick.Stop()
	for {
		s.busy.RLock()
		_, err := store.Reap(ctx, s.store)
		s.busy.RUnlock()
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrClosed) {
			s.cfg.Log.Error("expired records could not be deleted", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
