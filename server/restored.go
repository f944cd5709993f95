package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
)

// A restore concerns every account: an old password, used backup codes and
// deleted keys may work again. Sessions and other short-lived data end at once
// (package epoch). There may be a million accounts, so they are notified in
// small transactions while the server runs.

const (
	tellAtOnce = 5           // accounts in one transaction: at most eight writes each
	tellEvery  = time.Second // interval between attempts while the outbox is long
	tellAhead  = 200         // length of the outbox above which the notices pause
)

// BeginRestored prepares a restored database before it is used. It begins a
// new epoch, and deletes messages that waited when the backup was made, so
// that they are not sent again.
func BeginRestored(ctx context.Context, s store.Store, at, made time.Time) error {
	err := s.Update(ctx, func(tx store.Tx) error {
		return epoch.Begin(tx, epoch.Restore{At: at.UTC(), Made: made.UTC()})
	})
	if err != nil {
		return fmt.Errorf("server: restored: %w", err)
	}
	if err := wipe(ctx, s, delivery.Prefix); err != nil {
		return fmt.Errorf("server: restored: %w", err)
	}
	return nil
}

// tellRestored notifies every account of the last restore, until all are
// notified or ctx ends.
func (s *Server) tellRestored(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		more, err := s.TellRestored(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, store.ErrClosed):
			return
		case err != nil:
			s.cfg.Log.Error("accounts could not be told yet that the data were restored from a backup", "error", err)
		case !more:
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// TellRestored notifies accounts until none is left or the outbox is long.
// more reports whether some are left.
func (s *Server) TellRestored(ctx context.Context) (more bool, err error) {
	for {
		if more, err = s.restorePending(ctx); err != nil || !more {
			return more, err
		}
		long, err := s.outboxIsLong(ctx)
		if err != nil || long {
			return true, err
		}
		if err := s.tellSome(ctx); err != nil {
			return true, err
		}
	}
}

func (s *Server) restorePending(ctx context.Context) (pending bool, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		_, ok, err := epoch.Pending(tx)
		pending = ok
		return err
	})
	return pending, err
}

func (s *Server) outboxIsLong(ctx context.Context) (long bool, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		items, err := tx.Scan(delivery.Prefix, "", tellAhead)
		long = len(items) == tellAhead
		return err
	})
	return long, err
}

// tellSome notifies the next accounts, in the order of their names.
func (s *Server) tellSome(ctx context.Context) error {
	s.busy.RLock()
	defer s.busy.RUnlock()
	finished := false
	err := s.store.Update(ctx, func(tx store.Tx) error {
		finished = false
		r, ok, err := epoch.Pending(tx)
		if err != nil || !ok {
			return err
		}
		ids, last, err := account.Next(tx, r.Told, tellAtOnce)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			finished = true
			return epoch.Done(tx)
		}
		for _, id := range ids {
			if err := s.tell(tx, id, r); err != nil {
				return err
			}
		}
		r.Told = last
		return epoch.Save(tx, r)
	})
	if finished {
		s.cfg.Log.Info("every account was told that the data were restored from a backup")
	}
	return err
}

func (s *Server) tell(tx store.Tx, id string, r epoch.Restore) error {
	a, err := account.Load(tx, id)
	if errors.Is(err, account.ErrNotFound) || err == nil && !a.Created.Before(r.At) {
		return nil // deleted, or created after the restore
	}
	if err != nil {
		return err
	}
	e := audit.Event{Type: api.EventRestored, Rule: "R6", Details: map[string]string{"made": r.Made.Format("2006-01-02 15:04 UTC")}}
	if err := s.announcer.Announce(tx, a, operator, e); err != nil {
		return err
	}
	if !a.PhoneVerified {
		return nil
	}
	return s.announcer.Text(tx, a, operator, e, a.Phone)
}
