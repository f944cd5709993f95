package ceremony_test

import (
	"errors"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// New refuses every definition in which a user could get stuck.
func TestDefinitionsAreChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	nothing := func(store.Tx, *ceremony.Ceremony, *toy, api.Input) (api.State, error) {
		return "", nil
	}
	for name, spoil := range map[string]func(*ceremony.Definition[toy]){
		"no kind":          func(d *ceremony.Definition[toy]) { d.Kind = "" },
		"no life":          func(d *ceremony.Definition[toy]) { d.Life = 0 },
		"no start":         func(d *ceremony.Definition[toy]) { d.Start = nil },
		"no begin":         func(d *ceremony.Definition[toy]) { d.Begins = nil },
		"undeclared begin": func(d *ceremony.Definition[toy]) { d.Begins = []api.State{"undeclared"} },
		"no show":          func(d *ceremony.Definition[toy]) { d.States[1].Show = nil },
		"no step":          func(d *ceremony.Definition[toy]) { d.States[1].Step = nil },
		"no do":            func(d *ceremony.Definition[toy]) { d.Edges[0].Do = nil },
		"no input":         func(d *ceremony.Definition[toy]) { d.Edges[0].On = nil },
		"dead end":         func(d *ceremony.Definition[toy]) { d.Edges = d.Edges[:1] },
		"island":           func(d *ceremony.Definition[toy]) { d.Edges[0].To = nil },
		"from nowhere":     func(d *ceremony.Definition[toy]) { d.Edges[1].From = "undeclared" },
		"to nowhere":       func(d *ceremony.Definition[toy]) { d.Edges[1].To = []api.State{"undeclared"} },
		"state twice":      func(d *ceremony.Definition[toy]) { d.States = append(d.States, d.States[0]) },
		"edge twice":       func(d *ceremony.Definition[toy]) { d.Edges = append(d.Edges, d.Edges[0]) },
		"after the end": func(d *ceremony.Definition[toy]) {
			d.Edges = append(d.Edges, ceremony.Edge[toy]{From: "end", On: api.Continue{}, To: []api.State{"first"}, Do: nothing})
		},
	} {
		def := toys("toy", false, onward, nil)
		spoil(&def)
		if _, err := ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions}, def); !errors.Is(err, ceremony.ErrDefinition) {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := toys("toy", false, onward, nil)
	if _, err := ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions}, twice, twice); !errors.Is(err, ceremony.ErrDefinition) {
		t.Errorf("a kind twice: %v", err)
	}
	if _, err := ceremony.New(ceremony.Config{}, twice); err == nil {
		t.Error("without a store")
	}
}

func TestDiagram(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", false, onward, nil))
	const want = `stateDiagram-v2
	first: first
	second: second
	end: end
	[*] --> first
	first --> second: label
	second --> end: continue
	end --> [*]
`
	if got := b.engine.Diagrams()["toy"]; got != want {
		t.Errorf("got\n%s", got)
	}
}

// Every refusal says what happened, why, and what to do next, and has a code.
func TestRefusalsHaveTexts(t *testing.T) {
	t.Parallel()
	for _, reason := range ceremony.Reasons() {
		r := ceremony.Refuse(reason)
		if r.Title == "" || !strings.HasSuffix(r.Detail, ".") || r.Code == "" || r.Rule == "" {
			t.Errorf("reason %d: %+v", reason, r)
		}
		if strings.HasSuffix(r.Title, ".") || strings.Contains(r.Title+r.Detail, "!") {
			t.Errorf("reason %d: %q, %q", reason, r.Title, r.Detail)
		}
	}
}
