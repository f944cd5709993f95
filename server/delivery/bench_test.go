package delivery

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

var start = time.Unix(1_700_000_000, 0).UTC()

// A sent is a message that arrived.
type sent struct{ id, to, subject, body string }

// A carrier is an SMSSender and a Mailer that records messages, or fails if fail
// returns an error.
type carrier struct {
	mu   sync.Mutex
	got  []sent
	fail func(to string, tries int) error // tries includes this attempt
	n    map[string]int
}

func (c *carrier) take(ctx context.Context, s sent) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.id = ID(ctx)
	c.n[s.to]++
	if c.fail != nil {
		if err := c.fail(s.to, c.n[s.to]); err != nil {
			return err
		}
	}
	c.got = append(c.got, s)
	return nil
}

func (c *carrier) Text(ctx context.Context, to, body string) error {
	return c.take(ctx, sent{to: to, body: body})
}

func (c *carrier) Mail(ctx context.Context, to, subject, body string) error {
	return c.take(ctx, sent{to: to, subject: subject, body: body})
}

func (c *carrier) arrived() []sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.got)
}

// codes returns the codes of the texts, in order.
func codes(list []sent) (codes []string) {
	for _, s := range list {
		codes = append(codes, s.body[:6])
	}
	return codes
}

// A bench is an outbox with its store, clock, carrier and log.
type bench struct {
	*testing.T
	*Outbox
	carrier *carrier
	keys    *seal.Sealer
	store   store.Store
	log     *bytes.Buffer

	mu sync.Mutex
	at time.Time
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, at: start, carrier: &carrier{n: make(map[string]int)}, keys: seal.New([32]byte{1}), log: new(bytes.Buffer)}
	b.store = storetest.New(t, b.now)
	b.Outbox = b.outbox(b.store)
	return b
}

func (b *bench) outbox(s store.Store) *Outbox {
	b.Helper()
	o, err := NewOutbox(Config{
		Store: s, Sealer: b.keys, SMSSender: b.carrier, Mailer: b.carrier, RPID: "localhost", Now: b.now,
		Log: slog.New(slog.NewTextHandler(b.log, nil)),
	})
	if err != nil {
		b.Fatal(err)
	}
	return o
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

func (b *bench) enqueue(ms ...Message) {
	b.Helper()
	err := b.store.Update(b.Context(), func(tx store.Tx) error {
		for _, m := range ms {
			if err := Enqueue(tx, b.keys, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) drain() {
	b.Helper()
	if err := b.Drain(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// rows counts the messages that are still stored.
func (b *bench) rows() (n int) {
	b.Helper()
	err := b.store.View(b.Context(), func(tx store.Tx) error {
		items, err := tx.Scan(Prefix, "", 1000)
		n = len(items)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// kept returns the mails in an account's local mailbox.
func (b *bench) kept(account string) (mails []LocalMessage) {
	b.Helper()
	err := b.store.View(b.Context(), func(tx store.Tx) (err error) {
		mails, err = LocalMailbox(tx, b.keys, account)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return mails
}

func text(to string, n int) Message {
	return Message{
		Channel: api.ByText, To: to, Template: SignInCode, Secret: true, Account: "a",
		Args: map[string]string{"code": fmt.Sprintf("%06d", n)},
	}
}
