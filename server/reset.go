package server

import (
	"context"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/seed"
	"nightlatch/server/store"
)

// Reset empties the store and creates the seed's accounts; nil means Config.Seed. Every
// session ends. It waits for running requests and blocks new ones. It is for the lab. If
// the program crashes meanwhile, the next Reset empties the store.
func (s *Server) Reset(ctx context.Context, with *seed.Seed) error {
	if with == nil {
		with = s.cfg.Seed
	}
	s.busy.Lock()
	defer s.busy.Unlock()
	// Deliver the messages of the old accounts first.
	if err := s.outbox.Drain(ctx); err != nil {
		return fmt.Errorf("server: reset: %w", err)
	}
	if err := wipe(ctx, s.store, ""); err != nil {
		return fmt.Errorf("server: reset: %w", err)
	}
	s.http.Clear()
	s.usage.Clear()
	s.passwords.Clear()
	if err := account.AdoptOwner(ctx, s.store); err != nil {
		return err
	}
	if with == nil {
		return nil
	}
	return s.applySeed(ctx, with)
}

// applySeed creates the accounts of a seed.
func (s *Server) applySeed(ctx context.Context, from *seed.Seed) error {
	return seed.Apply(ctx, seed.Config{Store: s.store, Sealer: s.cfg.Sealer, Hasher: s.cfg.Hasher}, from)
}

// wipe deletes every key with a prefix, in transactions of at most store.MaxWrites.
func wipe(ctx context.Context, s store.Store, prefix string) error {
	for more := true; more; {
		err := s.Update(ctx, func(tx store.Tx) error {
			items, err := tx.Scan(prefix, "", store.MaxWrites)
			if err != nil {
				return err
			}
			more = len(items) > 0
			for _, it := range items {
				if err := tx.Delete(it.Key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
