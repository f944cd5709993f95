package ceremony

import (
	"fmt"
	"slices"

	"nightlatch/server/api"
)

// check verifies that each state shows a step, can be reached and can reach an end, that
// ends have no edges, and that all edges connect declared states.
func (m *machine) check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s: %s", ErrDefinition, m.kind, fmt.Sprintf(format, args...))
	}
	for _, name := range m.order {
		s := m.states[name]
		if name == "" || s.step == "" || s.show == nil {
			return wrong("state %q shows nothing", name)
		}
		if s.end && len(m.edges[name]) > 0 {
			return wrong("end %q has an edge", name)
		}
	}
	for from, edges := range m.edges {
		if _, known := m.states[from]; !known {
			return wrong("an edge starts at unknown state %q", from)
		}
		for on, e := range edges {
			for _, to := range e.to {
				if _, known := m.states[to]; !known {
					return wrong("%q on %q leads to unknown state %q", from, on, to)
				}
			}
		}
	}
	for _, to := range m.moves {
		if _, known := m.states[to]; !known {
			return wrong("it moves to unknown state %q", to)
		}
	}
	for _, begin := range m.begins {
		if _, known := m.states[begin]; !known {
			return wrong("it begins in unknown state %q", begin)
		}
	}
	for _, name := range m.order {
		if !m.reachable(m.begins, name) {
			return wrong("state %q can't be reached", name)
		}
		if !slices.ContainsFunc(m.order, func(end api.State) bool {
			return m.states[end].end && m.reachable([]api.State{name}, end)
		}) {
			return wrong("state %q can't finish", name)
		}
	}
	return nil
}

// reachable reports whether edges lead from any of the states in from to the state to.
func (m *machine) reachable(from []api.State, to api.State) bool {
	seen := make(map[api.State]bool)
	for todo := slices.Clone(from); len(todo) > 0; {
		here := todo[0]
		todo = todo[1:]
		if here == to {
			return true
		}
		if seen[here] {
			continue
		}
		seen[here] = true
		for _, e := range m.edges[here] {
			todo = append(todo, e.to...)
		}
	}
	return false
}
