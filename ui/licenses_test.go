package ui

import (
	"strings"
	"testing"
)

// The list has the parts and their licences: no line of the introduction, none of a text.
func TestLicensedParts(t *testing.T) {
	t.Parallel()
	lines := licensedParts()
	if len(lines) < 30 {
		t.Errorf("only %d parts", len(lines))
	}
	for _, line := range lines {
		name, licence, ok := strings.Cut(line, ": ")
		if !ok || name == "" || licence == "" || strings.HasPrefix(line, "---") || len(line) > 160 {
			t.Errorf("%q is no part with a licence", line)
		}
	}
}
