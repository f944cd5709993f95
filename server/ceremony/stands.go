package ceremony

import (
	"context"
	"fmt"
	"slices"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// A step can become obsolete while its ceremony waits: its method is turned off, its number
// changes, or its code is replaced. Definition.Stands detects that. The next GET or answer then
// moves the ceremony to a step that can be answered, and the view has the reason. The answer is
// not examined.

// stands returns why a ceremony's step can't be answered any more, nil if it can.
func (m *machine) stepStands(tx store.Tx, c *Ceremony, draft any) (*api.Refusal, error) {
	if m.stands == nil {
		return nil, nil
	}
	return m.stands(tx, c, draft)
}

// moved moves a ceremony with an obsolete step to another step.
func (m *machine) moved(tx store.Tx, c *Ceremony, draft any, why api.Refusal) (api.State, error) {
	to, err := m.move(tx, c, draft)
	if err != nil {
		return "", err
	}
	if !slices.Contains(m.moves, to) {
		return "", fmt.Errorf("%w: %s may not move from %q to %q", ErrDefinition, m.kind, c.State, to)
	}
	if c.Looking && to != c.State || m.states[to].end {
		c.Notify(why)
	} else {
		c.Refuse(why)
	}
	return to, nil
}

// Get returns the current view. If the step is obsolete, or somebody else has completed it
// (Look), it moves the ceremony first. Error: ErrNotFound.
func (e *Engine) Get(ctx context.Context, caller Caller, id string) (api.View, error) {
	var view api.View
	stands := true
	err := e.cfg.Store.View(ctx, func(tx store.Tx) error {
		r, m, err := e.load(tx, id, caller)
		if err != nil {
			return err
		}
		draft, err := e.open(r, id, m)
		if err != nil {
			return err
		}
		c := r.ceremony(id, caller)
		c.Looking = true
		if _, goesOn := m.edges[c.State][lookType]; goesOn {
			stands = false
			return nil
		}
		why, err := m.stepStands(tx, c, draft)
		if stands = why == nil; err != nil || !stands {
			return err
		}
		view, err = e.view(tx, m, c, r, draft)
		return err
	})
	if err != nil || stands {
		return view, err
	}
	err = e.cfg.Store.Update(ctx, func(tx store.Tx) error {
		view, err = e.lookAndMove(ctx, tx, caller, id)
		return err
	})
	return view, err
}

// lookAndMove is Get for an obsolete step.
func (e *Engine) lookAndMove(ctx context.Context, tx store.Tx, caller Caller, id string) (api.View, error) {
	r, m, err := e.loadFrom(ctx, tx, id, caller)
	if err != nil {
		return api.View{}, err
	}
	draft, err := e.open(r, id, m)
	if err != nil {
		return api.View{}, err
	}
	c := r.ceremony(id, caller)
	c.Looking = true
	why, err := m.stepStands(tx, c, draft)
	if err != nil {
		return api.View{}, err
	}
	var to api.State
	if why == nil {
		var found bool
		if to, found, err = m.look(tx, c, draft); !found {
			return e.view(tx, m, c, r, draft)
		}
	} else {
		to, err = m.moved(tx, c, draft, *why)
	}
	if err != nil {
		return api.View{}, err
	}
	c.Rev++
	return e.advance(tx, m, c, r, draft, to)
}

// advance moves a ceremony to a state, saves or ends it, and returns its view.
func (e *Engine) advance(tx store.Tx, m *machine, c *Ceremony, r *record, draft any, to api.State) (api.View, error) {
	err := e.apply(tx, m, c, r, to)
	if err != nil {
		return api.View{}, err
	}
	switch s := m.states[c.State]; {
	case s.end && s.kept > 0 && c.Looking:
		err = e.keep(tx, c, m, r, draft, s.kept)
	case s.end:
		err = e.end(tx, c, m, r)
	default:
		err = e.save(tx, c, m, r, draft)
	}
	if err != nil {
		return api.View{}, err
	}
	return e.view(tx, m, c, r, draft)
}

// Exists returns nil for a ceremony that the caller could read, else ErrNotFound. It moves
// nothing.
func (e *Engine) Exists(ctx context.Context, caller Caller, id string) error {
	return e.cfg.Store.View(ctx, func(tx store.Tx) error {
		_, _, err := e.load(tx, id, caller)
		return err
	})
}
