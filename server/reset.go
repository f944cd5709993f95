package server

import (
	"context"
	"fmt"

	"nightlatch/server/seed"
	"nightlatch/server/store"
)

// Reset empties the store and makes the seed's accounts; nil means Config.Seed.
// Every session ends. It is the lab's, waits for running requests and keeps new
// ones waiting. A crash in the middle leaves a store that the next Reset empties.
func (s *Server) Reset(ctx context.Context, with *seed.Seed) error {
	if with == nil {
		with = s.cfg.Seed
	}
	s.settled.Lock()
	defer s.settled.Unlock()
	// What is on its way arrives before, and not in the new world.
	if err := s.outbox.Drain(ctx); err != nil {
		return fmt.Errorf("server: reset: %w", err)
	}
	if err := wipe(ctx, s.store); err != nil {
		return fmt.Errorf("server: reset: %w", err)
	}
	s.http.Clear()
	s.usage.Clear()
	s.passwords.Clear()
	if with == nil {
		return nil
	}
	return s.applySeed(ctx, with)
}

// applySeed creates the accounts of a seed.
func (s *Server) applySeed(ctx context.Context, from *seed.Seed) error {
	return seed.Apply(ctx, seed.Config{Store: s.store, Sealer: s.cfg.Sealer, Hasher: s.cfg.Hasher}, from)
}

// wipe deletes every key, in transactions of the size that is allowed.
func wipe(ctx context.Context, s store.Store) error {
	for more := true; more; {
		err := s.Update(ctx, func(tx store.Tx) error {
			items, err := tx.Scan("", "", store.MaxWrites)
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
