package ceremony

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// attempts is how often an answer is examined if the account changes each time
// (ErrAgain).
const attempts = 4

// Sessions loads a session inside a transaction, so that a session that was just ended
// can't finish a ceremony.
type Sessions interface {
	Load(tx store.Tx, account, id string) (session.Session, error)
}

// A Config configures an Engine.
type Config struct {
	Store    store.Store
	Sealer   *seal.Sealer
	Sessions Sessions
	// Waiting is the maximum number of ceremonies without a session that were answered and
	// still wait in their first state; 0 means 65,536. Beyond that, one of the oldest is deleted.
	Waiting int
}

// An Engine runs ceremonies. It is safe for concurrent use.
type Engine struct {
	cfg      Config
	machines map[api.Kind]*machine
}

// New checks every definition and returns an engine for them. Error: ErrDefinition.
func New(cfg Config, defs ...Registered) (*Engine, error) {
	if cfg.Store == nil || cfg.Sealer == nil || cfg.Sessions == nil {
		return nil, errors.New("ceremony: config: store, keys and sessions are needed")
	}
	if cfg.Waiting == 0 {
		cfg.Waiting = waitingMax
	}
	e := &Engine{cfg: cfg, machines: make(map[api.Kind]*machine, len(defs))}
	for _, def := range defs {
		m, err := def.machine()
		if err != nil {
			return nil, err
		}
		if e.machines[m.kind] != nil {
			return nil, fmt.Errorf("%w: %s is declared twice", ErrDefinition, m.kind)
		}
		e.machines[m.kind] = m
	}
	return e, nil
}

// Kinds lists the kinds of ceremonies that the engine runs, sorted.
func (e *Engine) Kinds() []api.Kind {
	var kinds []api.Kind
	for kind := range e.machines {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Begin begins a ceremony and returns its first view. It cancels an open ceremony of the
// same session and kind. Without a session it stores nothing. Errors: ErrUnknownKind, ErrSessionRequired, *Rejection.
func (e *Engine) Begin(ctx context.Context, caller Caller, b api.Begin) (api.View, error) {
	m := e.machines[b.Kind]
	if m == nil {
		return api.View{}, ErrUnknownKind
	}
	if m.needsSession && caller.Session == nil {
		return api.View{}, ErrSessionRequired
	}
	if !m.needsSession {
		return e.beginUnstored(ctx, m, caller, b)
	}
	id := newID()
	var view api.View
	err := e.cfg.Store.Update(ctx, func(tx store.Tx) error {
		now := tx.Now().UTC()
		if err := e.checkSession(tx, caller); err != nil {
			return err
		}
		r := &record{
			Kind: m.kind, Rev: 1, Created: now, Expires: now.Add(m.life),
			Account: caller.Account, Session: caller.Session.ID,
		}
		c, draft := r.ceremony(id, caller), m.newDraft()
		first, err := e.start(tx, m, c, draft, b)
		if err != nil {
			return err
		}
		if err := e.apply(tx, m, c, r, first); err != nil {
			return err
		}
		if err := e.insert(tx, id, m, r, draft); err != nil {
			return err
		}
		view, err = e.view(tx, m, c, r, draft)
		return err
	})
	return view, err
}

// start returns the first state of a new ceremony.
func (e *Engine) start(tx store.Tx, m *machine, c *Ceremony, draft any, b api.Begin) (api.State, error) {
	first, err := m.start(tx, c, draft, b)
	if err == nil && !slices.Contains(m.begins, first) {
		err = fmt.Errorf("%w: %s began in %q", ErrDefinition, m.kind, first)
	}
	return first, err
}

// Cancel ends a ceremony without effect on the account. Error: ErrNotFound.
func (e *Engine) Cancel(ctx context.Context, caller Caller, id string) error {
	return e.cfg.Store.Update(ctx, func(tx store.Tx) error {
		r, m, err := e.loadFrom(ctx, tx, id, caller)
		if err != nil {
			return err
		}
		c := r.ceremony(id, caller)
		if m.cancelled != nil && !r.Ended {
			draft, err := e.open(r, id, m)
			if err != nil {
				return err
			}
			if err := m.cancelled(tx, c, draft); err != nil {
				return err
			}
		}
		return e.end(tx, c, m, r)
	})
}

// apply carries out what an edge returned and collected: it moves to the next state
// ("" stays), appends the events and fills the outbox. The caller saves the record.
func (e *Engine) apply(tx store.Tx, m *machine, c *Ceremony, r *record, to api.State) error {
	if to != "" {
		c.walk(to)
	}
	r.take(c)
	if len(c.events) > 0 {
		if c.Account == "" {
			return fmt.Errorf("ceremony: %s: an audit event without an account", m.kind)
		}
		for i := range c.events {
			c.events[i].Client, c.events[i].RemoteAddr = c.Caller.Client, c.Caller.RemoteAddr
		}
		if err := audit.Append(tx, c.Account, c.events...); err != nil {
			return fmt.Errorf("ceremony: %s: %w", m.kind, err)
		}
	}
	for _, msg := range c.messages {
		if err := delivery.Enqueue(tx, e.cfg.Sealer, msg); err != nil {
			return fmt.Errorf("ceremony: %s: %w", m.kind, err)
		}
	}
	return nil
}

// walk moves to a state. Going back to an earlier one shortens the trail to it.
func (c *Ceremony) walk(to api.State) {
	c.State = to
	if i := slices.Index(c.Trail, to); i >= 0 {
		c.Trail = c.Trail[:i+1]
		return
	}
	c.Trail = append(c.Trail, to)
}

// checkSession returns nil if the caller's session is live, else ErrNotFound.
func (e *Engine) checkSession(tx store.Tx, caller Caller) error {
	s, err := e.cfg.Sessions.Load(tx, caller.Account, caller.Session.ID)
	switch {
	case errors.Is(err, session.ErrUnknown):
		return ErrNotFound
	case err != nil:
		return fmt.Errorf("ceremony: session: %w", err)
	case s.Account != caller.Account:
		return ErrNotFound
	}
	return nil
}

// view returns a ceremony in the form that its client sees.
func (e *Engine) view(tx store.Tx, m *machine, c *Ceremony, r *record, draft any) (api.View, error) {
	step, err := m.states[c.State].show(tx, c, draft)
	if err != nil {
		return api.View{}, err
	}
	if step.StepType() != m.states[c.State].step {
		return api.View{}, fmt.Errorf("%w: %s shows a %s in %q", ErrDefinition, m.kind, step.StepType(), c.State)
	}
	v := api.View{
		ID:      c.ID,
		Kind:    c.Kind,
		State:   c.State,
		Rev:     c.Rev,
		Expires: c.Expires,
		Now:     tx.Now().UTC(),
		Step:    step,
		Refusal: r.Refusal,
		Notice:  r.Notice,
	}
	if v.Notice == nil && v.Refusal == nil && m.notice != nil {
		if v.Notice, err = m.notice(tx, c, draft); err != nil {
			return api.View{}, err
		}
	}
	v.Refusal, v.Notice = fitting(v.Refusal, step), fitting(v.Notice, step)
	path := c.Trail
	if m.path != nil {
		if path, err = m.path(tx, c, draft); err != nil {
			return api.View{}, err
		}
	}
	if v.At = slices.Index(path, c.State); v.At < 0 {
		return api.View{}, fmt.Errorf("%w: %s: the path lacks %q", ErrDefinition, m.kind, c.State)
	}
	for _, s := range path {
		v.Path = append(v.Path, m.states[s].step)
	}
	return v, nil
}
