package seed

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
	"nightlatch/server/store/seal"
)

// Config configures Apply.
type Config struct {
	Store  store.Store
	Sealer *seal.Sealer
	Hasher *account.Hasher
}

// A prepared account has its slow hashes and can be created.
type prepared struct {
	Account
	account account.Account
	sums    [][]byte // of the backup codes
}

// Apply creates the seed's accounts. It skips an account whose user name is taken, so a
// server can be started again with the same seed.
func Apply(ctx context.Context, cfg Config, seed *Seed) error {
	seed, err := seed.normal()
	if err != nil {
		return err
	}
	wanted := make([]*prepared, 0, len(seed.Accounts))
	err = cfg.Store.View(ctx, func(tx store.Tx) error {
		wanted = wanted[:0]
		for _, a := range seed.Accounts {
			switch _, err := account.ByLogin(tx, a.Username); {
			case errors.Is(err, account.ErrNotFound):
				wanted = append(wanted, &prepared{Account: a})
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if err := hashAll(ctx, cfg.Hasher, wanted); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for _, w := range wanted {
		err := cfg.Store.Update(ctx, func(tx store.Tx) error { return create(tx, cfg, w) })
		if err != nil && !errors.Is(err, account.ErrUsernameTaken) {
			return fmt.Errorf("seed: account %s: %w", w.Username, err)
		}
	}
	return nil
}

// hashAll computes the slow hashes, on every core.
func hashAll(ctx context.Context, h *account.Hasher, wanted []*prepared) error {
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
			if err := w.hash(ctx, h); err != nil {
				mu.Lock()
				defer mu.Unlock()
				first = errors.Join(first, err)
			}
		})
	}
	tasks.Wait()
	return first
}

func (w *prepared) hash(ctx context.Context, h *account.Hasher) error {
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

// create writes one account, and the audit events that belong to its state.
func create(tx store.Tx, cfg Config, w *prepared) error {
	a := w.account // a copy, because this may run twice
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
	if w.Owner {
		claimed, err := account.ClaimOwner(tx, a.ID)
		if err != nil {
			return err
		}
		if claimed {
			events = append(events, audit.Event{Type: api.EventOwnerMade, Rule: "R7"})
		}
	}
	if w.App != "" {
		sealed := cfg.Sealer.Seal(account.AppKey(a.ID), []byte(w.App))
		if err := account.SetApp(tx, a.ID, account.AppSecret{Sealed: sealed, Added: now}); err != nil {
			return err
		}
		events = append(events, audit.Event{Type: api.EventAppEnabled, Rule: "R21"})
	}
	if w.Text || w.App != "" {
		events = append(events, audit.Event{Type: api.EventTwoFactorOn, Rule: "R70"})
	}
	for _, sum := range w.sums {
		number, err := backupcode.Issue(tx, &a, sum, account.BackupCodesMax)
		if err != nil {
			return err
		}
		if _, err := backupcode.MarkKept(tx, &a, number, api.KeptSaved); err != nil { // the seed has them
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
