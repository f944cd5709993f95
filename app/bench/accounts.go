package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/otp"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/checked"
	"nightlatch/server/store/seal"
)

// password is the password of every account. The accounts also share its hash, because
// hashing a million passwords takes hours. The server does the same work as with
// different hashes.
const password = "a brass night latch"

func memberName(i int) string { return fmt.Sprintf("member%07d", i) }

// A member is an account with an authenticator app.
type member struct {
	name     string
	lastStep int64 // time step of the last code sent
}

// code returns the next unused code. A code works once (R22), in its time step of 30 s and
// in the steps before and after it (R21).
func (m *member) code(now time.Time) (string, error) {
	step := now.Unix() / int64(otp.Period/time.Second)
	m.lastStep = max(step, m.lastStep+1)
	if m.lastStep > step+1 {
		return "", errors.New("too few accounts: no unused code is left in this time step")
	}
	return harness.AppCode(appSecret, time.Unix(m.lastStep*int64(otp.Period/time.Second), 0))
}

// A crowd hands out its members in turn, each again only after all others.
type crowd struct {
	mu      sync.Mutex
	members []*member
	next    int
}

func (c *crowd) turn() *member {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.members[c.next%len(c.members)]
	c.next++
	return m
}

// accountsAtOnce is the number of accounts in a transaction: each takes eight writes.
const accountsAtOnce = store.MaxWrites / 8

// writers is the number of concurrent transactions; the store commits them in groups.
const writers = 64

// populate makes a data directory with n accounts that have an authenticator app. The
// records are the same as those of the server's own ceremonies.
func populate(ctx context.Context, dir string, n int) (err error) {
	master, err := seal.LoadOrCreate(ctx, dir, false)
	if err != nil {
		return err
	}
	h, err := account.NewHasher(account.HasherConfig{Parallel: 1})
	if err != nil {
		return err
	}
	phc, err := h.Hash(ctx, password)
	if err != nil {
		return err
	}
	file, err := bolt.Open(bolt.Config{Path: filepath.Join(dir, databaseName), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	keys := seal.New(master)
	s, err := checked.Open(ctx, file, keys)
	if err != nil {
		return err
	}
	if err := account.AdoptOwner(ctx, s); err != nil { // while it has no accounts; later the first start would look for the oldest
		return err
	}
	p := &population{store: s, keys: keys, accounts: newAccounts(n, phc)}
	return p.run(ctx)
}

// databaseName is the database in a data directory.
const databaseName = "nightlatch.db"

// appSecret is the app secret of every member: 160 bits in base32.
const appSecret = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"

// newAccounts returns accounts in the order of their IDs, so that the pages of the database
// are filled one after the other.
func newAccounts(n int, phc string) []*account.Account {
	accounts := make([]*account.Account, n)
	for i := range accounts {
		accounts[i] = account.New("", phc)
	}
	slices.SortFunc(accounts, func(a, b *account.Account) int { return cmp.Compare(a.ID, b.ID) })
	for i, a := range accounts {
		a.Username = memberName(i)
	}
	return accounts
}

// A population writes accounts to a database.
type population struct {
	store    store.Store
	keys     *seal.Sealer
	accounts []*account.Account
}

func (p *population) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := make(chan []*account.Account)
	var work sync.WaitGroup
	for range writers {
		work.Go(func() {
			for batch := range batches {
				if err := p.write(ctx, batch); err != nil {
					cancel(err)
				}
			}
		})
	}
	for batch := range slices.Chunk(p.accounts, accountsAtOnce) {
		batches <- batch
	}
	close(batches)
	work.Wait()
	return context.Cause(ctx)
}

func (p *population) write(ctx context.Context, batch []*account.Account) error {
	return p.store.Update(ctx, func(tx store.Tx) error {
		for _, planned := range batch {
			a := *planned // a copy: this may run twice
			a.MethodAdded(tx)
			if err := account.Create(tx, &a); err != nil {
				return err
			}
			sealed := p.keys.Seal(account.AppKey(a.ID), []byte(appSecret))
			if err := account.SetApp(tx, a.ID, account.AppSecret{Sealed: sealed, Added: tx.Now()}); err != nil {
				return err
			}
			err := audit.Append(tx, a.ID, audit.Event{Type: api.EventAccountCreated, Rule: "R0"},
				audit.Event{Type: api.EventAppEnabled, Rule: "R21"}, audit.Event{Type: api.EventTwoFactorOn, Rule: "R70"})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// members returns n members of a populated directory, beginning with number first.
func members(first, n int) []*member {
	all := make([]*member, n)
	for i := range all {
		all[i] = &member{name: memberName(first + i)}
	}
	return all
}
