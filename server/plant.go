package server

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/store"
)

// A seedling is an account ready to be planted: all slow hashes made.
type seedling struct {
	SeedAccount
	account account.Account
	sums    [][]byte // of the backup codes
}

// plant makes the seed's accounts. One whose name is taken is left as it is, so
// that a server can be started again with the same seed.
func (s *Server) plant(ctx context.Context, seed *Seed) error {
	seed, err := seed.normal()
	if err != nil {
		return err
	}
	wanted := make([]*seedling, 0, len(seed.Accounts))
	err = s.store.View(ctx, func(tx store.Tx) error {
		wanted = wanted[:0]
		for _, a := range seed.Accounts {
			switch _, err := account.ByLogin(tx, a.Username); {
			case errors.Is(err, account.ErrNotFound):
				wanted = append(wanted, &seedling{SeedAccount: a})
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("server: seed: %w", err)
	}
	if err := s.grow(ctx, wanted); err != nil {
		return fmt.Errorf("server: seed: %w", err)
	}
	for _, w := range wanted {
		err := s.store.Update(ctx, func(tx store.Tx) error { return s.plantOne(tx, w) })
		if err != nil && !errors.Is(err, account.ErrUsernameTaken) {
			return fmt.Errorf("server: seed: account %s: %w", w.Username, err)
		}
	}
	return nil
}

// grow makes the slow hashes, on every core.
func (s *Server) grow(ctx context.Context, wanted []*seedling) error {
	var (
		tasks sync.WaitGroup
		mu    sync.Mutex
		first error
	)
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, w := range wanted {
		slots <- struct{}{}
		tasks.Go(func() {
			defer func() { <-slots }()
			if err := w.hash(ctx, s.cfg.Hasher); err != nil {
				mu.Lock()
				defer mu.Unlock()
				first = errors.Join(first, err)
			}
		})
	}
	tasks.Wait()
	return first
}

func (w *seedling) hash(ctx context.Context, h *account.Hasher) error {
	password, err := account.NormalizePassword(w.Password)
	if err != nil {
		return err
	}
	phc, err := h.Hash(ctx, password)
	if err != nil {
		return err
	}
	w.account = *account.New(w.Username, phc)
	for _, code := range w.BackupCodes {
		sum, err := backupcode.Sum(ctx, h, &w.account, code)
		if err != nil {
			return err
		}
		w.sums = append(w.sums, sum)
	}
	return nil
}

// plantOne writes one account, with the activity that its state would have left.
func (s *Server) plantOne(tx store.Tx, w *seedling) error {
	a := w.account // a copy: this may run twice
	now := tx.Now().UTC()
	a.Email, a.EmailConfirmed = w.Email, w.Email != ""
	if w.Phone != "" {
		if err := account.SetPhone(tx, &a, w.Phone); err != nil {
			return err
		}
		a.Discoverable = true
	}
	events := []audit.Event{{Type: api.EventAccountCreated, Rule: "R0"}}
	if a.EmailConfirmed {
		events = append(events, audit.Event{
			Type: api.EventEmailConfirmed, Rule: "R4", Details: map[string]string{"address": account.MaskEmail(a.Email)},
		})
	}
	if w.Text {
		a.TextOn, a.TextAdded = true, now
		events = append(events, audit.Event{Type: api.EventTextEnabled, Rule: "R11"})
	}
	if w.Text || w.App != "" {
		a.MethodAdded(tx)
	}
	if err := account.Create(tx, &a); err != nil {
		return err
	}
	if w.App != "" {
		sealed := s.cfg.Keys.Seal(account.AppKey(a.ID), []byte(w.App))
		if err := account.SetApp(tx, a.ID, account.AppSecret{Sealed: sealed, Added: now}); err != nil {
			return err
		}
		events = append(events, audit.Event{Type: api.EventAppEnabled, Rule: "R21"})
	}
	if w.Text || w.App != "" {
		events = append(events, audit.Event{Type: api.EventTwoFactorOn, Rule: "R70"})
	}
	for _, sum := range w.sums {
		number, err := backupcode.Issue(tx, &a, sum, s.cfg.Policy.BackupCodesMax)
		if err != nil {
			return err
		}
		events = append(events, audit.Event{
			Type: api.EventBackupCodeIssued, Rule: "R70", Details: map[string]string{"number": strconv.Itoa(number)},
		})
	}
	for i := range events {
		events[i].Client = "seed"
	}
	return audit.Append(tx, a.ID, events...)
}
