package ceremony

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
)

// record is the value at cerm/<id>: a header and the sealed draft. The record's key is
// the associated data of the seal, so that the draft opens under no other key.
type record struct {
	Kind    api.Kind     `json:"kind"`
	State   api.State    `json:"state"`
	Rev     int          `json:"rev"`
	Created time.Time    `json:"created"`
	Expires time.Time    `json:"expires"`
	Filed   time.Time    `json:"filed"` // when it may be deleted: Expires or later
	Account string       `json:"account,omitempty"`
	Session string       `json:"session,omitempty"`
	From    string       `json:"from,omitempty"` // its source (Engine.sourceOf), until a secret is proved
	Trail   []api.State  `json:"trail,omitempty"`
	Refusal *api.Refusal `json:"refusal,omitempty"` // of the last answer, if it was refused
	Notice  *api.Notice  `json:"notice,omitempty"`
	Epoch   uint64       `json:"epoch,omitempty"` // of the database when it began
	Draft   []byte       `json:"draft"`
	Over    bool         `json:"over,omitempty"`  // it has ended, and its ID must not begin it again
	Ended   bool         `json:"ended,omitempty"` // its end is shown again for a while (keep)

	unstored json.RawMessage // the draft, while only the ID contains the ceremony
}

// Prefix is that of the records of ceremonies. The ID follows.
const Prefix = "cerm/"

func recordKey(id string) string { return Prefix + id }

// OpenKind is the part of the store key of an open ceremony that follows the account's
// part.
const OpenKind = "open"

func openPrefix(account string) string { return "acct/" + account + "/" + OpenKind + "/" }

// openKey is the key of the open ceremony of a session and kind. Two sessions of an account
// may each have one.
func openKey(r *record) string {
	return openPrefix(r.Account) + r.Session + "/" + string(r.Kind)
}

func (r *record) ceremony(id string, caller Caller) *Ceremony {
	return &Ceremony{
		ID:      id,
		Kind:    r.Kind,
		State:   r.State,
		Rev:     r.Rev,
		Created: r.Created,
		Expires: r.Expires,
		Account: r.Account,
		Session: r.Session,
		Trail:   slices.Clone(r.Trail),
		Caller:  caller,
	}
}

// take copies back what a definition and the engine may have changed.
func (r *record) take(c *Ceremony) {
	r.State, r.Rev, r.Expires, r.Account, r.Trail = c.State, c.Rev, c.Expires, c.Account, c.Trail
	r.Refusal, r.Notice = c.refusal, c.notice
}

// seal encrypts the draft into the record.
func (e *Engine) seal(r *record, id string, draft any) error {
	plain, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("ceremony: draft of a %s: %w", r.Kind, err)
	}
	r.Draft = e.cfg.Sealer.Seal(recordKey(id), plain)
	return nil
}

// open decrypts the draft of the record.
func (e *Engine) open(r *record, id string, m *machine) (any, error) {
	if r.unstored != nil {
		return m.draft(r.unstored)
	}
	plain, err := e.cfg.Sealer.Open(recordKey(id), r.Draft)
	if err != nil {
		return nil, fmt.Errorf("ceremony: draft of a %s: %w", r.Kind, err)
	}
	return m.draft(plain)
}

// valid reports whether a ceremony has not expired. Its time counts from the last answer; if
// that is in the future, the clock was set back (R86).
func (r *record) valid(now time.Time, life time.Duration) bool {
	return store.Valid(now, r.Expires.Add(-life), r.Expires)
}

// load reads a record. It returns ErrNotFound if there is none, if it has expired, or
// if it belongs to another session.
func (e *Engine) load(tx store.Tx, id string, caller Caller) (*record, *machine, error) {
	r, m, err := e.loadAny(tx, id)
	if err != nil {
		return nil, nil, err
	}
	if r.Session != "" {
		if caller.Session == nil || caller.Session.ID != r.Session || caller.Account != r.Account {
			return nil, nil, ErrNotFound
		}
		if err := e.checkSession(tx, caller); err != nil {
			return nil, nil, err
		}
	}
	return r, m, nil
}

// loadAny is load for any caller.
func (e *Engine) loadAny(tx store.Tx, id string) (*record, *machine, error) {
	r, err := e.lookUp(tx, id)
	if err != nil {
		return nil, nil, err
	}
	now, err := epoch.Current(tx)
	if err != nil {
		return nil, nil, err
	}
	m := e.machines[r.Kind]
	if m == nil || !r.valid(tx.Now(), m.life) || r.Epoch != now {
		return nil, nil, ErrNotFound
	}
	return r, m, nil
}

// save writes the record of a running ceremony.
func (e *Engine) save(tx store.Tx, c *Ceremony, m *machine, r *record, draft any) error {
	id := c.ID
	if err := e.seal(r, id, draft); err != nil {
		return err
	}
	if r.unstored != nil {
		return e.store(tx, c, m, r, e.slotsOf(c.Caller))
	}
	if r.Expires.After(r.Filed) {
		if err := store.CancelExpiry(tx, r.Filed, recordKey(id)); err != nil {
			return fmt.Errorf("ceremony: save: %w", err)
		}
		if err := file(tx, id, m, r); err != nil {
			return err
		}
	}
	if err := store.Save(tx, recordKey(id), r); err != nil {
		return fmt.Errorf("ceremony: save: %w", err)
	}
	return nil
}

// file schedules the record for deletion one life after it expires. The margin avoids
// scheduling it again at most answers.
func file(tx store.Tx, id string, m *machine, r *record) error {
	r.Filed = r.Expires.Add(m.life)
	if err := store.ExpireAt(tx, r.Filed, recordKey(id)); err != nil {
		return fmt.Errorf("ceremony: file: %w", err)
	}
	return nil
}

// insert writes the record of a new ceremony with a session and its index. It cancels the open
// one of the same session and kind.
func (e *Engine) insert(tx store.Tx, id string, m *machine, r *record, draft any) error {
	n, err := epoch.Current(tx)
	if err != nil {
		return err
	}
	r.Epoch = n
	if err := e.seal(r, id, draft); err != nil {
		return err
	}
	if err := file(tx, id, m, r); err != nil {
		return err
	}
	if err := store.Insert(tx, recordKey(id), r); err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	if err := e.makeRoom(tx, r); err != nil {
		return err
	}
	if err := tx.Put(openKey(r), []byte(id)); err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	return store.Bump(tx, r.Account)
}

// openMax is the maximum number of open ceremonies of an account, over all its sessions.
const openMax = 32

// makeRoom cancels the open ceremony with the session and kind of a new one, and the oldest of
// the account if it has openMax. It deletes expired ones and those of ended sessions, as many
// as one transaction can delete.
func (e *Engine) makeRoom(tx store.Tx, r *record) error {
	items, err := tx.Scan(openPrefix(r.Account), "", 2*openMax)
	if err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	var oldest string
	var since time.Time
	open, dropped := 0, 0
	for _, item := range items {
		var old record
		id := string(item.Value)
		err := store.Load(tx, recordKey(id), &old)
		gone := errors.Is(err, store.ErrNotFound)
		switch {
		case err != nil && !gone:
			return fmt.Errorf("ceremony: begin: %w", err)
		case item.Key == openKey(r), dropped < dropMax && (gone || !e.live(tx, &old)):
			if err := e.forget(tx, item.Key, id); err != nil {
				return err
			}
			dropped++
			continue
		}
		if open++; oldest == "" || old.Created.Before(since) {
			oldest, since = item.Key, old.Created
		}
	}
	if open < openMax {
		return nil
	}
	id, err := tx.Get(oldest)
	if err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	return e.forget(tx, oldest, string(id))
}

// dropMax bounds how many index entries one Begin deletes.
const dropMax = 8

// live reports whether an open ceremony can still be answered.
func (e *Engine) live(tx store.Tx, r *record) bool {
	m := e.machines[r.Kind]
	if m == nil || !r.valid(tx.Now(), m.life) {
		return false
	}
	_, err := e.cfg.Sessions.Load(tx, r.Account, r.Session)
	return err == nil
}

// forget deletes a ceremony and its index entry.
func (e *Engine) forget(tx store.Tx, key, id string) error {
	if err := e.drop(tx, id); err != nil {
		return err
	}
	if err := tx.Delete(key); err != nil {
		return fmt.Errorf("ceremony: begin: %w", err)
	}
	return nil
}

// drop deletes a record and its expiry key; a missing one is no error.
func (e *Engine) drop(tx store.Tx, id string) error {
	var r record
	switch err := store.Load(tx, recordKey(id), &r); {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("ceremony: cancel: %w", err)
	}
	return e.remove(tx, id, &r)
}

// remove deletes a record and its expiry key.
func (e *Engine) remove(tx store.Tx, id string, r *record) error {
	if err := tx.Delete(recordKey(id)); err != nil {
		return fmt.Errorf("ceremony: end: %w", err)
	}
	if err := store.CancelExpiry(tx, r.Filed, recordKey(id)); err != nil {
		return fmt.Errorf("ceremony: end: %w", err)
	}
	return nil
}

// end removes a record, and the index entry of the open ceremony of its session and kind
// if it points to this record. Without a session it calls finish.
func (e *Engine) end(tx store.Tx, c *Ceremony, m *machine, r *record) error {
	id := c.ID
	if r.Session == "" {
		return e.finish(tx, c, m, r)
	}
	if err := e.remove(tx, id, r); err != nil {
		return err
	}
	key := openKey(r)
	switch open, err := tx.Get(key); {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("ceremony: end: %w", err)
	case string(open) != id:
		return nil
	}
	if err := tx.Delete(key); err != nil {
		return fmt.Errorf("ceremony: end: %w", err)
	}
	return store.Bump(tx, r.Account)
}
