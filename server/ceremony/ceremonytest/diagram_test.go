package ceremonytest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page is the documentation page with the diagrams.
var page = filepath.Join("..", "..", "..", "docs", "ceremonies.md")

var update = flag.Bool("update", false, "write docs/ceremonies.md anew")

// docs/ceremonies.md has the diagrams of the present definitions.
func TestDiagramsAreUpToDate(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	var b strings.Builder
	fmt.Fprint(&b, "# Ceremonies\n\n",
		"A diagram of every ceremony: its states, and the inputs that lead from one to the\n",
		"next. A refused input leaves the ceremony in its state. An arrow back to the same\n",
		"state means that something else about the ceremony may change. A step whose method,\n",
		"number or code is gone is left as well ([decision 57](decisions/0057-steps-that-no-longer-stand.md)),\n",
		"which the diagrams do not show. [api.md](api.md)\n",
		"lists the fields and inputs of the steps. The diagrams are drawn from the program:\n",
		"`go test ./server/ceremony/ceremonytest -update` writes this page.\n")
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
