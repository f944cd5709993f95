package ceremony

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
)

// A ceremony without a session is not stored before its first answer takes effect. Until then
// its ID contains it, encrypted. So a flood of new ceremonies takes no space and ends no other
// one. When such a ceremony has ended, its ID must not begin it again: a record with Over stays
// until the ID expires.

// unanswered is the content of an ID.
type unanswered struct {
	Kind  api.Kind        `json:"k"`
	State api.State       `json:"s"`
	Made  int64           `json:"t"` // nanoseconds of Unix time
	Epoch uint64          `json:"e,omitempty"`
	Draft json.RawMessage `json:"d"`
}

// idMax is the maximum length of an ID: it becomes part of a store key and of a URL.
const idMax = 512

const idName = "ceremony ID" // for the seal

// Strict: an ID has one spelling only.
var idEncoding = base64.RawURLEncoding.Strict()

// idOf returns the ID that contains a new ceremony.
func (e *Engine) idOf(r *record, draft any) (string, error) {
	d, err := json.Marshal(draft)
	if err != nil {
		return "", fmt.Errorf("ceremony: draft of a %s: %w", r.Kind, err)
	}
	plain, err := json.Marshal(unanswered{r.Kind, r.State, r.Created.UnixNano(), r.Epoch, d})
	if err != nil {
		return "", fmt.Errorf("ceremony: ID of a %s: %w", r.Kind, err)
	}
	id := idEncoding.EncodeToString(e.cfg.Sealer.Seal(idName, plain))
	if len(id) > idMax {
		return "", fmt.Errorf("%w: the draft of a new %s has %d bytes", ErrDefinition, r.Kind, len(d))
	}
	return id, nil
}

// read returns the ceremony that an ID contains, or ErrNotFound.
func (e *Engine) read(id string) (*record, error) {
	sealed, err := idEncoding.DecodeString(id)
	if err != nil || len(id) > idMax {
		return nil, ErrNotFound
	}
	plain, err := e.cfg.Sealer.Open(idName, sealed)
	if err != nil {
		return nil, ErrNotFound
	}
	var u unanswered
	if err := json.Unmarshal(plain, &u); err != nil {
		return nil, fmt.Errorf("ceremony: ID: %w", err)
	}
	m := e.machines[u.Kind]
	if m == nil || m.needsSession || !slices.Contains(m.begins, u.State) {
		return nil, ErrNotFound // it was made by another version
	}
	made := time.Unix(0, u.Made).UTC()
	return &record{
		Kind: u.Kind, State: u.State, Rev: 1, Created: made, Expires: made.Add(m.life),
		Trail: []api.State{u.State}, Epoch: u.Epoch, unstored: u.Draft,
	}, nil
}

// beginUnstored begins a ceremony without a session. It writes nothing.
func (e *Engine) beginUnstored(ctx context.Context, m *machine, caller Caller, b api.Begin) (api.View, error) {
	var view api.View
	err := e.cfg.Store.View(ctx, func(tx store.Tx) error {
		now := tx.Now().UTC()
		r := &record{Kind: m.kind, Rev: 1, Created: now, Expires: now.Add(m.life)}
		c, draft := r.ceremony("", caller), m.newDraft()
		first, err := e.start(tx, m, c, draft, b)
		if err != nil {
			return err
		}
		if err := e.apply(tx, m, c, r, first); err != nil {
			return err
		}
		if r.Epoch, err = epoch.Current(tx); err != nil {
			return err
		}
		if c.ID, err = e.idOf(r, draft); err != nil {
			return err
		}
		view, err = e.view(tx, m, c, r, draft)
		return err
	})
	return view, err
}

// store writes the first record of a ceremony that only its ID contained.
func (e *Engine) store(tx store.Tx, c *Ceremony, m *machine, r *record, s slots) error {
	if err := file(tx, c.ID, m, r); err != nil {
		return err
	}
	if err := store.Insert(tx, recordKey(c.ID), r); err != nil {
		return fmt.Errorf("ceremony: first answer: %w", err)
	}
	return e.reserveSlot(tx, c.ID, s)
}

// overSlots are for ceremonies that ended without ever being stored, such as cancelled ones.
// Any client can cause these too, so their number is limited.
func (e *Engine) overSlots() slots {
	return slots{prefix: "cermover/", count: e.cfg.Waiting, over: true}
}

// finish ends a ceremony without a session. Its ID stays used up until it expires.
func (e *Engine) finish(tx store.Tx, c *Ceremony, m *machine, r *record) error {
	until := r.Created.Add(m.life)
	if !store.Valid(tx.Now(), r.Created, until) {
		if r.unstored != nil {
			return nil
		}
		return e.remove(tx, c.ID, r)
	}
	over := &record{
		Kind: r.Kind, State: r.State, Rev: r.Rev, Created: r.Created, Expires: until, Filed: r.Filed,
		From: r.From, Epoch: r.Epoch, Over: true,
	}
	if r.unstored != nil {
		return e.store(tx, c, m, over, e.overSlots())
	}
	if err := store.Save(tx, recordKey(c.ID), over); err != nil {
		return fmt.Errorf("ceremony: end: %w", err)
	}
	return nil
}

// lookUp returns the record at an ID, or the ceremony that the ID contains, or ErrNotFound.
func (e *Engine) lookUp(tx store.Tx, id string) (*record, error) {
	if len(id) == 0 || len(id) > idMax {
		return nil, ErrNotFound
	}
	if !isID(id) {
		if _, err := idEncoding.DecodeString(id); err != nil {
			return nil, ErrNotFound
		}
	}
	var r record
	switch err := store.Load(tx, recordKey(id), &r); {
	case errors.Is(err, store.ErrNotFound):
		return e.read(id)
	case err != nil:
		return nil, fmt.Errorf("ceremony: load: %w", err)
	case r.Over:
		return nil, ErrNotFound
	}
	return &r, nil
}
