package ceremonytest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page is where the diagrams are shown to people.
var page = filepath.Join("..", "..", "..", "docs", "ceremonies.md")

var update = flag.Bool("update", false, "write docs/ceremonies.md anew")

// docs/ceremonies.md shows the definitions as they are.
func TestDiagramsAreUpToDate(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	var b strings.Builder
	fmt.Fprint(&b, "# Ceremonies\n\n",
		"Every multi-step exchange with the server, drawn from its definition: the states,\n",
		"and the inputs that lead from one to the next. An input that is refused stays\n",
		"where it is; an arrow back to the same state means that something else about it\n",
		"may change. What the steps hold and take is in [api.md](api.md). Written by `go test ./server/ceremony/ceremonytest -update`.\n")
	diagrams := w.Engine.Diagrams()
	for _, kind := range w.Engine.Kinds() {
		fmt.Fprintf(&b, "\n## %s\n\n```mermaid\n%s```\n", kind, diagrams[kind])
	}
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(shown) != b.String() {
		t.Errorf("docs/ceremonies.md is out of date: run go test ./server/ceremony/ceremonytest -update")
	}
}
