// Package usage records when sessions were last seen and how often temporary
// passwords were used. It writes them to the store in batches, a few seconds late.
package usage

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
	// touchEvery is the precision of the last-seen time of a session (R44).
	touchEvery = time.Minute
	// flushEvery is how often the buffer is written.
	flushEvery = 5 * time.Second
	// batchSize bounds the entries that are written in one transaction: each
	// writes a record and its account's revision.
	batchSize = 16
)

// A Recorder is a write-behind buffer of two things: when a session was last seen
// (R44), and the uses of temporary passwords after the first (R83). A write for
// each request would cost more than the rest of the request. Readers complete what
// they read from the store with LastSeen and Complete, so the delay is not visible.
// A crash can lose the last few seconds of these times and counts.
type Recorder struct {
	store    store.Store
	sessions *session.Store
	exact    bool // record every request, not one a minute

	mu      sync.Mutex
	seen    map[string]lastSeen     // by session
	writing map[string]lastSeen     // by session; being written now
	uses    map[string]*pendingUses // by temporary password
}

// A lastSeen is a session with the times when it was last seen and when a
// person was last active; zero if not since the session was read.
type lastSeen struct {
	session    session.Session
	at, active time.Time
}

// A pendingUses counts the uses of a temporary password that are not written yet.
type pendingUses struct {
	account, id string
	n           int
	last        api.Use
	first       chan struct{} // closed when the first use is written; nil if it was before
	err         error         // of writing the first use
}

// New returns a Recorder. exact is for policies under which an idle session ends
// (R44): then every request is recorded, and not one a minute.
func New(s store.Store, sessions *session.Store, exact bool) *Recorder {
	return &Recorder{
		store:    s,
		sessions: sessions,
		exact:    exact,
		seen:     map[string]lastSeen{},
		writing:  map[string]lastSeen{},
		uses:     map[string]*pendingUses{},
	}
}

// RecordSeen records that a session was seen, if the stored time is a minute
// old. person is true if a person caused it (R44).
func (r *Recorder) RecordSeen(s session.Session, now time.Time, person bool) {
	if !r.exact && now.Sub(s.LastSeen) < touchEvery && !store.Future(now, s.LastSeen) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	active := r.seen[s.ID].active
	if person {
		active = now
	}
	r.seen[s.ID] = lastSeen{s, now, active}
}

// Active returns the last activity of a person in a session if it is not
// stored yet, or zero.
func (r *Recorder) Active(id string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if late := r.seen[id].active; !late.IsZero() {
		return late
	}
	return r.writing[id].active
}

// LastSeen returns when a session was last seen, including what is not written yet.
func (r *Recorder) LastSeen(s session.Session) time.Time {
	if late := r.Unwritten(s.ID); late.After(s.LastSeen) {
		return late
	}
	return s.LastSeen
}

// Unwritten returns the last-seen time of a session that is not written yet; zero
// for none.
func (r *Recorder) Unwritten(id string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if late, ok := r.seen[id]; ok {
		return late.at
	}
	return r.writing[id].at
}

// RecordUse records a use of a temporary password by a client. The first use of all
// is written, with its audit event, before RecordUse returns. Of several first uses
// at the same time one is written and the others wait for it.
func (r *Recorder) RecordUse(ctx context.Context, accountID string, p temppassword.Record, u api.Use, client string) error {
	r.mu.Lock()
	t, ok := r.uses[p.ID]
	switch {
	case ok:
		t.n, t.last = t.n+1, u
		first := t.first
		r.mu.Unlock()
		if first == nil {
			return nil
		}
		<-first
		return t.err
	case p.Uses > 0:
		r.uses[p.ID] = &pendingUses{account: accountID, id: p.ID, n: 1, last: u}
		r.mu.Unlock()
		return nil
	}
	t = &pendingUses{account: accountID, id: p.ID, last: u, first: make(chan struct{})}
	r.uses[p.ID] = t
	r.mu.Unlock()

	err := r.store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		return recordFirstUse(tx, accountID, p.ID, u, client)
	})
	r.mu.Lock()
	t.err = err
	if err != nil || t.n == 0 {
		delete(r.uses, p.ID)
	}
	close(t.first)
	t.first = nil
	r.mu.Unlock()
	return err
}

// recordFirstUse writes a use, and its audit event if it is the first.
func recordFirstUse(tx store.Tx, accountID, id string, u api.Use, client string) error {
	before, err := temppassword.Get(tx, accountID, id)
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

// Complete adds the uses that are not written yet.
func (r *Recorder) Complete(p *api.TemporaryPassword) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.uses[p.ID]; ok && t.n > 0 {
		last := t.last
		p.Uses, p.LastUsed = p.Uses+t.n, &last
	}
}

// Clear drops everything. It must be called after the store was emptied.
func (r *Recorder) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.seen)
	clear(r.writing)
	clear(r.uses)
}

// Flush writes everything. What could not be written stays for the next time.
func (r *Recorder) Flush(ctx context.Context) error {
	for {
		r.mu.Lock()
		seen := make([]lastSeen, 0, batchSize)
		for id, s := range r.seen {
			if len(seen) == batchSize {
				break
			}
			seen = append(seen, s)
			r.writing[id] = s
			delete(r.seen, id)
		}
		uses := make([]pendingUses, 0, batchSize)
		for id, t := range r.uses {
			if len(seen)+len(uses) == batchSize {
				break
			}
			if t.first == nil {
				uses = append(uses, *t)
				delete(r.uses, id)
			}
		}
		r.mu.Unlock()
		if len(seen)+len(uses) == 0 {
			return nil
		}
		err := r.write(ctx, seen, uses)
		if err != nil {
			r.restore(seen, uses)
		}
		r.written(seen)
		if err != nil {
			return err
		}
	}
}

func (r *Recorder) write(ctx context.Context, seen []lastSeen, uses []pendingUses) error {
	return r.store.Update(ctx, func(tx store.Tx) error {
		for _, s := range seen {
			// The session may have ended meanwhile.
			if err := r.sessions.Touch(tx, s.session, s.at, s.active); err != nil && !errors.Is(err, session.ErrUnknown) {
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

// written removes entries that were written, unless a newer entry is being written.
func (r *Recorder) written(seen []lastSeen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range seen {
		if r.writing[s.session.ID] == s {
			delete(r.writing, s.session.ID)
		}
	}
}

func (r *Recorder) restore(seen []lastSeen, uses []pendingUses) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range seen {
		newer, ok := r.seen[s.session.ID]
		if !ok {
			r.seen[s.session.ID] = s
		} else if s.active.After(newer.active) {
			newer.active = s.active
			r.seen[s.session.ID] = newer
		}
	}
	for _, t := range uses {
		if newer, ok := r.uses[t.id]; ok {
			newer.n += t.n
		} else {
			r.uses[t.id] = &t
		}
	}
}

// Run flushes every five seconds until ctx is done, and then once more. It holds
// the lock for reading while it writes. Errors go to fail.
func (r *Recorder) Run(ctx context.Context, held *sync.RWMutex, fail func(error)) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for done := false; !done; {
		select {
		case <-ctx.Done():
			done = true
		case <-tick.C:
		}
		held.RLock()
		err := r.Flush(context.WithoutCancel(ctx))
		held.RUnlock()
		if err != nil {
			fail(err)
		}
	}
}
