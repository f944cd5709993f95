package ceremony

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// A Definition declares a kind of ceremony. D is its draft: what it knows so far
// and has not yet given to the account. The draft is kept as sealed JSON, so
// what must never be stored has a field tag of "-".
type Definition[D any] struct {
	Kind         api.Kind
	NeedsSession bool
	Life         time.Duration // from the last answer on
	States       []State[D]
	Edges        []Edge[D]

	// Begins lists the states that Start may choose.
	Begins []api.State
	Start  func(tx store.Tx, c *Ceremony, d *D, b api.Begin) (Move, error)

	// Path lists the states that apply to this person, past and to come, for
	// the client's list of steps. Without it, it is the trail.
	Path func(tx store.Tx, c *Ceremony, d *D) ([]api.State, error)
}

// A State is one place to stand, and what is shown there. A ceremony that
// reaches an End is shown once, as the answer to the last input, and is gone.
type State[D any] struct {
	Name api.State
	Step api.Step // type tag
	Show func(tx store.Tx, c *Ceremony, d *D) (api.Step, error)
	End  bool
}

// An Edge is one arrow of the state diagram. The engine rejects an input that
// has no edge from the current state, and a Move to a state missing from To.
// Staying is always allowed.
type Edge[D any] struct {
	From api.State
	On   api.Input // type tag
	To   []api.State

	// Slow runs first, outside any transaction, on copies. It returns the input
	// that Do gets: its own, enriched type with the same InputType. An error
	// ends the answer; a Rejection is shown with the current view.
	Slow func(ctx context.Context, c Ceremony, d D, in api.Input) (api.Input, error)

	// Do runs in the transaction and must check again what Slow relied on
	// (ErrAgain when it no longer holds).
	Do func(tx store.Tx, c *Ceremony, d *D, in api.Input) (Move, error)
}

// Registered is a Definition of any draft, ready for New.
type Registered interface {
	machine() (*machine, error)
}

// machine is a Definition without its type parameter. Drafts are *D in any.
type machine struct {
	kind         api.Kind
	needsSession bool
	life         time.Duration
	order        []api.State
	states       map[api.State]state
	begins       []api.State
	edges        map[api.State]map[api.InputType]edge

	newDraft func() any
	start    func(tx store.Tx, c *Ceremony, d any, b api.Begin) (Move, error)
	path     func(tx store.Tx, c *Ceremony, d any) ([]api.State, error)
}

type state struct {
	step api.StepType
	end  bool
	show func(tx store.Tx, c *Ceremony, d any) (api.Step, error)
}

type edge struct {
	to   []api.State
	slow func(ctx context.Context, c Ceremony, d any, in api.Input) (api.Input, error)
	do   func(tx store.Tx, c *Ceremony, d any, in api.Input) (Move, error)
}

// machine erases the draft's type, and checks the definition.
func (def Definition[D]) machine() (*machine, error) {
	m := &machine{
		kind:         def.Kind,
		needsSession: def.NeedsSession,
		life:         def.Life,
		begins:       def.Begins,
		states:       make(map[api.State]state, len(def.States)),
		edges:        make(map[api.State]map[api.InputType]edge),
		newDraft:     func() any { return new(D) },
	}
	if def.Start == nil || def.Kind == "" || def.Life <= 0 {
		return nil, fmt.Errorf("%w: %q has no kind, start or life", ErrDefinition, def.Kind)
	}
	m.start = func(tx store.Tx, c *Ceremony, d any, b api.Begin) (Move, error) {
		return def.Start(tx, c, d.(*D), b)
	}
	if def.Path != nil {
		m.path = func(tx store.Tx, c *Ceremony, d any) ([]api.State, error) {
			return def.Path(tx, c, d.(*D))
		}
	}
	for _, s := range def.States {
		if err := m.addState(s.Name, eraseState(s)); err != nil {
			return nil, err
		}
	}
	for _, e := range def.Edges {
		if e.On == nil || e.Do == nil {
			return nil, fmt.Errorf("%w: %s: an edge from %q without input or deed", ErrDefinition, m.kind, e.From)
		}
		if err := m.addEdge(e.From, e.On.InputType(), eraseEdge(e)); err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

func eraseState[D any](s State[D]) state {
	out := state{end: s.End}
	if s.Step != nil {
		out.step = s.Step.StepType()
	}
	if s.Show != nil {
		out.show = func(tx store.Tx, c *Ceremony, d any) (api.Step, error) { return s.Show(tx, c, d.(*D)) }
	}
	return out
}

func eraseEdge[D any](e Edge[D]) edge {
	out := edge{
		to: e.To,
		do: func(tx store.Tx, c *Ceremony, d any, in api.Input) (Move, error) { return e.Do(tx, c, d.(*D), in) },
	}
	if e.Slow != nil {
		out.slow = func(ctx context.Context, c Ceremony, d any, in api.Input) (api.Input, error) {
			return e.Slow(ctx, c, *d.(*D), in)
		}
	}
	return out
}

func (m *machine) addState(name api.State, s state) error {
	if _, twice := m.states[name]; twice {
		return fmt.Errorf("%w: %s: state %q is declared twice", ErrDefinition, m.kind, name)
	}
	m.states[name] = s
	m.order = append(m.order, name)
	return nil
}

func (m *machine) addEdge(from api.State, on api.InputType, e edge) error {
	if m.edges[from] == nil {
		m.edges[from] = make(map[api.InputType]edge)
	}
	if _, twice := m.edges[from][on]; twice {
		return fmt.Errorf("%w: %s: two edges from %q on %q", ErrDefinition, m.kind, from, on)
	}
	m.edges[from][on] = e
	return nil
}

// draft reads a draft's JSON.
func (m *machine) draft(b []byte) (any, error) {
	d := m.newDraft()
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("ceremony: draft of a %s: %w", m.kind, err)
	}
	return d, nil
}
