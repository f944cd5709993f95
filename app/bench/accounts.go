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
	"nightlatch/server/store/seal"
)

// password is everybody's. They also share its hash, so that a database is made
// without hashing for hours; the server neither knows nor profits.
const password = "a brass night latch"

func memberName(i int) string { return fmt.Sprintf("member%07d", i) }

// A member is an account with an authenticator app.
type member struct {
	name     string
	lastStep int64 // of the last code given to the server
}

// code is the next one that works: an app's code works once (R22), in its 30 s
// and in those before and after (R21).
func (m *member) code(now time.Time) (string, error) {
	step := now.Unix() / int64(otp.Period/time.Second)
	m.lastStep = max(step, m.lastStep+1)
	if m.lastStep > step+1 {
		return "", errors.New("too few accounts: all codes of the half minute are used up")
	}
	return harness.AppCode(appSecret, time.Unix(m.lastStep*int64(otp.Period/time.Second), 0))
}

// A crowd is members that sign in, one after the other; who has just been does
// not come again before all others were.
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

// accountsAtOnce fill a transaction: eight writes each.
const accountsAtOnce = store.MaxWrites / 8

// writers is how many transactions are under way at a time; the store commits
// them together.
const writers = 64

// populate makes a data directory with n accounts that have an authenticator
// app, as the server's own ceremonies would leave them.
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
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(dir, databaseName), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	p := &planting{store: s, keys: seal.New(master), accounts: newAccounts(n, phc)}
	return p.run(ctx)
}

// databaseName is the database in a data directory.
const databaseName = "nightlatch.db"

// appSecret is the app secret of every member: 160 bits in base32.
const appSecret = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"

// newAccounts are accounts in the order of their IDs: pages of the database are
// then filled one after the other, not all at once.
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

// A planting is accounts on their way into a database.
type planting struct {
	store    store.Store
	keys     *seal.Sealer
	accounts []*account.Account
}

func (p *planting) run(ctx context.Context) error {
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

func (p *planting) write(ctx context.Context, batch []*account.Account) error {
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

// members are those of a populated directory, from the first on.
func members(first, n int) []*member {
	all := make([]*member, n)
	for i := range all {
		all[i] = &member{name: memberName(first + i)}
	}
	return all
}
