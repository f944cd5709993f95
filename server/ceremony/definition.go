package ceremony

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// A Definition declares a kind of ceremony. D is its draft: the data collected so far
// that is not yet part of the account. The draft is stored as sealed JSON, so a field
// that must never be stored has the tag "-" or is not exported.
type Definition[D any] struct {
	Kind         api.Kind
	NeedsSession bool
	Life         time.Duration // after the last answer
	States       []State[D]
	Edges        []Edge[D]

	// Start returns the first state, which is one of Begins.
	Begins []api.State
	Start  func(tx store.Tx, c *Ceremony, d *D, b api.Begin) (api.State, error)

	// Path lists the states that apply to this account, past and to come, for the
	// client's list of steps. If it is nil, the trail is used.
	Path func(tx store.Tx, c *Ceremony, d *D) ([]api.State, error)

	// Stands returns why the current step can't be answered any more, or nil:
	// the account was changed in another way. Move then returns the next step,
	// one of Moves.
	Stands func(tx store.Tx, c *Ceremony, d *D) (*api.Refusal, error)
	Move   func(tx store.Tx, c *Ceremony, d *D) (api.State, error)
	Moves  []api.State

	// Cancelled runs before a client cancels the ceremony. It may be nil.
	Cancelled func(tx store.Tx, c *Ceremony, d *D) error

	// Notice returns the notice of the current step. It is shown if the last answer was not
	// refused and had no notice.
	Notice func(tx store.Tx, c *Ceremony, d *D) (*api.Notice, error)
}

// A State has a step that is shown to the client. A ceremony that reaches an End is
// shown once, as the answer to the last input, and is deleted.
type State[D any] struct {
	Name api.State
	Step api.Step // type tag
	Show func(tx store.Tx, c *Ceremony, d *D) (api.Step, error)
	End  bool

	// Kept is how long an End is shown again that was reached because its client looked (Look).
	Kept time.Duration
}

// An Edge is one arrow of the state diagram. The engine rejects an input that has no
// edge from the current state, and a transition to a state missing from To. Staying is
// always allowed.
type Edge[D any] struct {
	From   api.State
	On     api.Input // type tag
	To     []api.State
	Anyway bool // runs even if the step is obsolete, because it goes to another step

	// Slow runs first, outside any transaction, on copies. It returns the input for Do:
	// a type that the definition declares, with the same InputType and the results
	// added. An error ends the answer; a Rejection is shown with the current view.
	Slow func(ctx context.Context, c Ceremony, d D, in api.Input) (api.Input, error)

	// Do runs in the transaction and returns the next state, "" to stay. It must check
	// again what Slow relied on (ErrAgain if that no longer holds). Refusals, events and
	// messages go to c.
	Do func(tx store.Tx, c *Ceremony, d *D, in api.Input) (api.State, error)
}

// Registered is a Definition with any type of draft.
type Registered interface {
	machine() (*machine, error)
}

// machine is a Definition without its type parameter. A draft is a *D in an any.
type machine struct {
	kind         api.Kind
	needsSession bool
	life         time.Duration
	order        []api.State
	states       map[api.State]state
	begins       []api.State
	edges        map[api.State]map[api.InputType]edge

	newDraft func() any
	start    func(tx store.Tx, c *Ceremony, d any, b api.Begin) (api.State, error)
	path     func(tx store.Tx, c *Ceremony, d any) ([]api.State, error)
	stands   func(tx store.Tx, c *Ceremony, d any) (*api.Refusal, error)
	move     func(tx store.Tx, c *Ceremony, d any) (api.State, error)
	moves    []api.State
	notice   func(tx store.Tx, c *Ceremony, d any) (*api.Notice, error)

	cancelled func(tx store.Tx, c *Ceremony, d any) error
}

type state struct {
	step api.StepType
	end  bool
	kept time.Duration
	show func(tx store.Tx, c *Ceremony, d any) (api.Step, error)
}

type edge struct {
	anyway bool
	to     []api.State
	slow   func(ctx context.Context, c Ceremony, d any, in api.Input) (api.Input, error)
	do     func(tx store.Tx, c *Ceremony, d any, in api.Input) (api.State, error)
}

// machine erases the draft's type and checks the definition.
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
	m.start = func(tx store.Tx, c *Ceremony, d any, b api.Begin) (api.State, error) {
		return def.Start(tx, c, d.(*D), b)
	}
	if def.Path != nil {
		m.path = func(tx store.Tx, c *Ceremony, d any) ([]api.State, error) {
			return def.Path(tx, c, d.(*D))
		}
	}
	if def.Stands != nil {
		m.stands = func(tx store.Tx, c *Ceremony, d any) (*api.Refusal, error) { return def.Stands(tx, c, d.(*D)) }
		m.move = func(tx store.Tx, c *Ceremony, d any) (api.State, error) { return def.Move(tx, c, d.(*D)) }
		m.moves = def.Moves
	}
	if def.Notice != nil {
		m.notice = func(tx store.Tx, c *Ceremony, d any) (*api.Notice, error) { return def.Notice(tx, c, d.(*D)) }
	}
	if def.Cancelled != nil {
		m.cancelled = func(tx store.Tx, c *Ceremony, d any) error { return def.Cancelled(tx, c, d.(*D)) }
	}
	for _, s := range def.States {
		if err := m.addState(s.Name, eraseState(s)); err != nil {
			return nil, err
		}
	}
	for _, e := range def.Edges {
		if e.On == nil || e.Do == nil {
			return nil, fmt.Errorf("%w: %s: an edge from %q without On or Do", ErrDefinition, m.kind, e.From)
		}
		if err := m.addEdge(e.From, e.On.InputType(), eraseEdge(e)); err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

func eraseState[D any](s State[D]) state {
	out := state{end: s.End, kept: s.Kept}
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
		anyway: e.Anyway,
		to:     e.To,
		do:     func(tx store.Tx, c *Ceremony, d any, in api.Input) (api.State, error) { return e.Do(tx, c, d.(*D), in) },
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

// draft decodes a draft from JSON.
func (m *machine) draft(b []byte) (any, error) {
	d := m.newDraft()
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("ceremony: draft of a %s: %w", m.kind, err)
	}
	return d, nil
}
