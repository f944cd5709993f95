package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

const (
	// touchEvery is how exact the time is at which a session was last seen (R44).
	touchEvery = time.Minute
	// flushEvery is how long what is in the ledger may stay in memory.
	flushEvery = 5 * time.Second
	// flushAtOnce bounds the entries that are written in one transaction: each
	// writes a record and its account's revision.
	flushAtOnce = 16
)

// A ledger holds what is written a little later, many at a time: when a session
// was last seen (R44), and the uses of temporary passwords after the first
// (R83). A write for each request would cost more than all the rest of it. What
// is read from the store is completed from here, so that nobody sees the delay.
// kill -9 can lose the last few seconds of these times and counts, which nobody
// was promised.
type ledger struct {
	store    store.Store
	sessions *session.Store

	// exact is set where a session ends by being idle (R44): then every sighting
	// counts, and not only one in a minute.
	exact bool

	mu      sync.Mutex
	seen    map[string]sighting // by session
	writing map[string]sighting // of those, what is on its way into the store
	uses    map[string]*tally   // by temporary password
}

// A sighting is a session that was seen.
type sighting struct {
	session session.Session
	at      time.Time
}

// A tally counts uses of a temporary password that are not written yet.
type tally struct {
	account, id string
	n           int
	last        api.Use
	first       chan struct{} // closed when the first use is written; nil if it was before
	err         error         // of writing the first use
}

func newLedger(s store.Store, sessions *session.Store) *ledger {
	return &ledger{
		store:    s,
		sessions: sessions,
		seen:     map[string]sighting{},
		writing:  map[string]sighting{},
		uses:     map[string]*tally{},
	}
}

// saw notes that a session was seen, if the store's record is a minute old.
func (l *ledger) saw(s session.Session, now time.Time) {
	if !l.exact && now.Sub(s.LastSeen) < touchEvery {
		return
	}
	l.mu.Lock()
	l.seen[s.ID] = sighting{s, now}
	l.mu.Unlock()
}

// lastSeen completes what the store knows about a session.
func (l *ledger) lastSeen(s session.Session) time.Time {
	if late := l.since(s.ID); late.After(s.LastSeen) {
		return late
	}
	return s.LastSeen
}

// since says when a session was seen that is not written yet; zero: all is.
func (l *ledger) since(id string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if late, ok := l.seen[id]; ok {
		return late.at
	}
	return l.writing[id].at
}

// used notes a use of a temporary password. The first one ever is written, with
// its audit event, before used returns; of any number of first uses at once one
// writes and the others wait for it. client and rule are for the event.
func (l *ledger) used(ctx context.Context, accountID string, r temppassword.Record, u api.Use, client string) error {
	l.mu.Lock()
	t, ok := l.uses[r.ID]
	switch {
	case ok:
		t.n, t.last = t.n+1, u
		first := t.first
		l.mu.Unlock()
		if first == nil {
			return nil
		}
		<-first
		return t.err
	case r.Uses > 0:
		l.uses[r.ID] = &tally{account: accountID, id: r.ID, n: 1, last: u}
		l.mu.Unlock()
		return nil
	}
	t = &tally{account: accountID, id: r.ID, last: u, first: make(chan struct{})}
	l.uses[r.ID] = t
	l.mu.Unlock()

	err := l.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		return recordFirstUse(tx, accountID, r.ID, u, client)
	})
	l.mu.Lock()
	t.err = err
	if err != nil || t.n == 0 {
		delete(l.uses, r.ID)
	}
	close(t.first)
	t.first = nil
	l.mu.Unlock()
	return err
}

// recordFirstUse writes a use, and its audit event if no other call was faster.
func recordFirstUse(tx store.Tx, accountID, id string, u api.Use, client string) error {
	before, err := temporaryPassword(tx, accountID, id)
	if err != nil {
		return err
	}
	if err := temppassword.RecordUse(tx, accountID, id, u, 1); err != nil || before.Uses > 0 {
		return err
	}
	return audit.Append(tx, accountID, audit.Event{
		Type:       api.EventTemporaryPasswordUsed,
		Rule:       "R81",
		Client:     client,
		RemoteAddr: u.Address,
		Details:    map[string]string{"label": before.Label, "protocol": u.Protocol},
	})
}

// temporaryPassword reads one by its ID, or returns temppassword.ErrNotFound.
func temporaryPassword(tx store.Tx, accountID, id string) (temppassword.Record, error) {
	all, err := temppassword.List(tx, accountID)
	if err != nil {
		return temppassword.Record{}, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return temppassword.Record{}, temppassword.ErrNotFound
}

// complete adds the uses that are not written yet to what the store knows.
func (l *ledger) complete(p *api.TemporaryPassword) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.uses[p.ID]; ok && t.n > 0 {
		last := t.last
		p.Uses, p.LastUsed = p.Uses+t.n, &last
	}
}

// forget drops everything, for a store that was emptied.
func (l *ledger) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.seen)
	clear(l.writing)
	clear(l.uses)
}

// flush writes what is due. What could not be written stays for the next time.
func (l *ledger) flush(ctx context.Context) error {
	for {
		l.mu.Lock()
		seen := make([]sighting, 0, flushAtOnce)
		for id, s := range l.seen {
			if len(seen) == flushAtOnce {
				break
			}
			seen = append(seen, s)
			l.writing[id] = s
			delete(l.seen, id)
		}
		uses := make([]tally, 0, flushAtOnce)
		for id, t := range l.uses {
			if len(seen)+len(uses) == flushAtOnce {
				break
			}
			if t.first == nil {
				uses = append(uses, *t)
				delete(l.uses, id)
			}
		}
		l.mu.Unlock()
		if len(seen)+len(uses) == 0 {
			return nil
		}
		err := l.write(ctx, seen, uses)
		if err != nil {
			l.restore(seen, uses)
		}
		l.written(seen)
		if err != nil {
			return err
		}
	}
}

func (l *ledger) write(ctx context.Context, seen []sighting, uses []tally) error {
	return l.store.Update(ctx, func(tx store.Tx) error {
		for _, s := range seen {
			// One that has ended meanwhile was not seen.
			if err := l.sessions.Touch(tx, s.session, s.at); err != nil && !errors.Is(err, session.ErrUnknown) {
				return err
			}
		}
		for _, t := range uses {
			err := temppassword.RecordUse(tx, t.account, t.id, t.last, t.n)
			if err != nil && !errors.Is(err, temppassword.ErrNotFound) && !errors.Is(err, account.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

// written forgets what was on its way, unless another write has it by now.
func (l *ledger) written(seen []sighting) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range seen {
		if l.writing[s.session.ID] == s {
			delete(l.writing, s.session.ID)
		}
	}
}

func (l *ledger) restore(seen []sighting, uses []tally) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range seen {
		if _, newer := l.seen[s.session.ID]; !newer {
			l.seen[s.session.ID] = s
		}
	}
	for _, t := range uses {
		if newer, ok := l.uses[t.id]; ok {
			newer.n += t.n
		} else {
			l.uses[t.id] = &t
		}
	}
}

// run flushes until ctx is done, and then once more, with held locked. fail hears
// of what went wrong.
func (l *ledger) run(ctx context.Context, held *sync.RWMutex, fail func(error)) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for done := false; !done; {
		select {
		case <-ctx.Done():
			done = true
		case <-tick.C:
		}
		held.RLock()
		err := l.flush(context.WithoutCancel(ctx))
		held.RUnlock()
		if err != nil {
			fail(err)
		}
	}
}
