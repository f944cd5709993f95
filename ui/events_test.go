package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
)

func TestEveryEventHasWords(t *testing.T) {
	t.Parallel()
	w := catalog(t)
	for _, kind := range auditTypes(t) {
		e := api.Activity{Type: kind, Details: map[string]string{}}
		if explain.Event(w, e) == w.T("activity.other", assets.Args{"type": string(kind)}) || !w.Has("activity."+string(kind)) {
			t.Errorf("no words for %q", kind)
		}
		if icon, _ := eventIcon(e); icon == "info" {
			t.Errorf("no icon for %q", kind)
		}
	}
}

// auditTypes are the types of events that the server records.
func auditTypes(t *testing.T) (types []api.EventType) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../server/api/eventtype.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			types = append(types, api.EventType(strings.Trim(lit.Value, `"`)))
		}
		return true
	})
	if len(types) < 30 {
		t.Fatalf("found only %q", types)
	}
	return types
}
