package ceremony

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"nightlatch/server/api"
	"nightlatch/server/fairqueue"
	"nightlatch/server/store"
)

// errStale ends an Update without a commit: the answer has no effect.
var errStale = errors.New("ceremony: stale revision")

// Answer answers the step of a ceremony and returns the next view. An answer to an
// earlier revision has no effect and returns the current view. An input that the state
// does not accept, or that is rejected, has no effect either and returns the current
// view with a refusal. Errors: ErrNotFound, ErrUnsettled, and those of slow work and
// the store.
//
// Every answer that takes effect raises the revision, even if it was examined and
// refused. So an answer that a client sends twice counts as one failure.
func (e *Engine) Answer(ctx context.Context, caller Caller, id string, a api.Answer) (api.View, error) {
	for range attempts {
		view, err := e.answer(ctx, caller, id, a)
		var rejection *Rejection
		switch {
		case errors.Is(err, ErrAgain):
			continue
		case errors.Is(err, errStale):
			return e.Get(ctx, caller, id)
		case errors.As(err, &rejection):
			view, err = e.Get(ctx, caller, id)
			view.Refusal = &rejection.Refusal
			return view, err
		}
		return view, err
	}
	return api.View{}, ErrUnsettled
}

func (e *Engine) answer(ctx context.Context, caller Caller, id string, a api.Answer) (api.View, error) {
	edge, in, err := e.examine(ctx, caller, id, a)
	if err != nil {
		return api.View{}, err
	}
	var view api.View
	err = e.cfg.Store.Update(ctx, func(tx store.Tx) error {
		r, m, err := e.loadFrom(ctx, tx, id, caller)
		if err != nil {
			return err
		}
		if r.Rev != a.Rev || r.Ended {
			return errStale
		}
		draft, err := e.open(r, id, m)
		if err != nil {
			return err
		}
		c := r.ceremony(id, caller)
		to, err := m.take(tx, c, draft, edge, in)
		if err != nil {
			return err
		}
		c.Rev++
		c.Expires = tx.Now().UTC().Add(m.life)
		view, err = e.advance(tx, m, c, r, draft, to)
		return err
	})
	return view, err
}

// take runs an edge, unless the step is obsolete. It returns the next state.
func (m *machine) take(tx store.Tx, c *Ceremony, draft any, taken edge, in api.Input) (api.State, error) {
	why, err := m.stepStands(tx, c, draft)
	if err != nil {
		return "", err
	}
	if why != nil && !taken.anyway {
		return m.moved(tx, c, draft, *why)
	}
	from := c.State
	to, err := taken.do(tx, c, draft, in)
	if err == nil && to != "" && to != from && !slices.Contains(taken.to, to) {
		err = fmt.Errorf("%w: %s: %q on %q may not lead to %q", ErrDefinition, m.kind, from, in.InputType(), to)
	}
	return to, err
}

// examine checks outside the write transaction that an answer is for the current
// revision. It returns the edge for the input, and the input that slow work returned.
func (e *Engine) examine(ctx context.Context, caller Caller, id string, a api.Answer) (edge, api.Input, error) {
	var (
		taken edge
		c     *Ceremony
		draft any
		first bool // the ceremony is in its first state
	)
	err := e.cfg.Store.View(ctx, func(tx store.Tx) error {
		r, m, err := e.load(tx, id, caller)
		if err != nil {
			return err
		}
		if r.Rev != a.Rev || r.Ended {
			return errStale
		}
		found := false
		if a.Input != nil {
			taken, found = m.edges[r.State][a.Input.InputType()]
		}
		if !found {
			return Reject(Malformed("input", "This step does not take that answer."))
		}
		if field := api.MissingField(a.Input); field != "" {
			return Reject(Missing(field, missingDetail(field)))
		}
		if taken.slow == nil {
			return nil
		}
		c, first = r.ceremony(id, caller), slices.Contains(m.begins, r.State)
		draft, err = e.open(r, id, m)
		return err
	})
	if err != nil || taken.slow == nil {
		return taken, a.Input, err
	}
	if c.Session != "" || !first {
		ctx = fairqueue.WithClass(ctx, fairqueue.Begun) // the client has shown a right secret (R43)
	}
	in, err := taken.slow(ctx, *c, draft, a.Input)
	return taken, in, err
}
