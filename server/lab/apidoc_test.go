package lab

import (
	"os"
	"strings"
	"testing"
)

// TestAPIPageHasEveryCall: docs/api.md describes every call of the lab.
func TestAPIPageHasEveryCall(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	calls := []string{eventsCall}
	for call := range new(Lab).calls() {
		calls = append(calls, call)
	}
	for _, call := range calls {
		if !strings.Contains(string(b), "`"+call+"`") && !strings.Contains(string(b), "`"+call+"?") {
			t.Errorf("docs/api.md does not have %s", call)
		}
	}
}
