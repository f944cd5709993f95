package ceremony

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// A Signal is the input of an edge that somebody else causes: while a ceremony waits for an
// approval, another client of the account decides. No client can send it, since it has no JSON
// form.
type Signal string

// InputType implements api.Input.
func (s Signal) InputType() api.InputType { return api.InputType("signal " + s) }

// Look is the input of an edge that Get takes: the client that waits reads its ceremony, and
// the ceremony goes on. Like a Signal it has no JSON form. The edge may make a session, so it
// may start only in a state that a Signal leads to.
type Look struct{}

// InputType implements api.Input.
func (Look) InputType() api.InputType { return lookType }

const lookType api.InputType = "look"

// Signal sends a signal to a ceremony, in the transaction of what causes it, and reports
// whether the ceremony took it. A ceremony that has ended or expired, or whose state has no
// edge for the signal, does not. Events of the edge get the client of caller, which is not the
// client that waits.
func (e *Engine) Signal(tx store.Tx, caller Caller, id string, s Signal) (taken bool, err error) {
	r, m, err := e.loadAny(tx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	edge, found := m.edges[r.State][s.InputType()]
	if !found || r.Ended {
		return false, nil
	}
	draft, err := e.open(r, id, m)
	if err != nil {
		return false, err
	}
	c := r.ceremony(id, caller)
	why, err := m.stepStands(tx, c, draft)
	if err != nil || why != nil && !edge.anyway {
		return false, err
	}
	from := c.State
	to, err := edge.do(tx, c, draft, s)
	if err != nil {
		return false, err
	}
	if to != "" && to != from && !slices.Contains(edge.to, to) || m.states[to].end {
		return false, fmt.Errorf("%w: %s: %q on %q may not lead to %q", ErrDefinition, m.kind, from, s, to)
	}
	c.Rev++
	if err := e.apply(tx, m, c, r, to); err != nil {
		return false, err
	}
	return true, e.save(tx, c, m, r, draft)
}

// look takes the edge of a client that reads its ceremony, if the state has one.
func (m *machine) look(tx store.Tx, c *Ceremony, draft any) (to api.State, found bool, err error) {
	edge, found := m.edges[c.State][lookType]
	if !found {
		return "", false, nil
	}
	to, err = m.take(tx, c, draft, edge, Look{})
	return to, true, err
}

// keep saves a ceremony that ended because its client looked. It is shown again for a while,
// since the answer to a GET may be lost. After that its ID stays used up, as in finish.
func (e *Engine) keep(tx store.Tx, c *Ceremony, m *machine, r *record, draft any, kept time.Duration) error {
	r.Ended = true
	r.Expires = tx.Now().UTC().Add(kept)
	c.Expires = r.Expires
	return e.save(tx, c, m, r, draft)
}
