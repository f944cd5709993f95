package law

import (
	"os/exec"
	"strings"
	"testing"
)

// withoutFyne are packages that must not depend on Fyne, directly or through
// others: the web pages and the headless server use them.
var withoutFyne = []string{"./assets/...", "./fido/...", "./server/...", "./ui/kit/typeset", "./ui/print"}

func TestPackagesWithoutFyne(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, withoutFyne...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil || !strings.Contains(string(out), module+"/assets/explain\n") {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for p := range strings.Lines(string(out)) {
		if p = strings.TrimSpace(p); within(p, "fyne.io/fyne/v2") {
			t.Errorf("%v depend on %s", withoutFyne, p)
		}
	}
}
