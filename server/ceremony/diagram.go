package ceremony

import (
	"fmt"
	"slices"
	"strings"

	"nightlatch/server/api"
)

// Diagrams draws every definition as a Mermaid state diagram.
func (e *Engine) Diagrams() map[api.Kind]string {
	out := make(map[api.Kind]string, len(e.machines))
	for kind, m := range e.machines {
		out[kind] = m.diagram()
	}
	return out
}

// diagram lists the arrows in the order in which the states were declared, so that the
// output is stable.
func (m *machine) diagram() string {
	var b strings.Builder
	fmt.Fprintln(&b, "stateDiagram-v2")
	for _, s := range m.order {
		fmt.Fprintf(&b, "\t%s: %s\n", identifier(s), s)
	}
	for _, s := range m.begins {
		fmt.Fprintf(&b, "\t[*] --> %s\n", identifier(s))
	}
	for _, from := range m.order {
		for _, to := range m.order {
			if on := m.inputs(from, to); len(on) > 0 {
				fmt.Fprintf(&b, "\t%s --> %s: %s\n", identifier(from), identifier(to), strings.Join(on, ", "))
			}
		}
		if m.states[from].end {
			fmt.Fprintf(&b, "\t%s --> [*]\n", identifier(from))
		}
	}
	return b.String()
}

// inputs lists the inputs that can lead from one state to another. An edge that
// only stays is drawn as a loop.
func (m *machine) inputs(from, to api.State) []string {
	var on []string
	for input, e := range m.edges[from] {
		if slices.Contains(e.to, to) || from == to && len(e.to) == 0 {
			on = append(on, string(input))
		}
	}
	slices.Sort(on)
	return on
}

// identifier turns a state's name into one that Mermaid takes.
func identifier(s api.State) string { return strings.ReplaceAll(string(s), "-", "_") }
