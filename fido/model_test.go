package fido

import (
	"encoding/hex"
	"strings"
	"testing"
)

// Model finds each line of the list, and no AAGUID is listed twice.
func TestModels(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for line := range strings.Lines(models) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		id, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		aaguid, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
		if err != nil || Model(aaguid) != name || name == "" || seen[id] {
			t.Errorf("%q: %v, Model says %q", line, err, Model(aaguid))
		}
		seen[id] = true
	}
	if len(seen) < 20 {
		t.Errorf("%d models", len(seen))
	}
	if got := Model(make([]byte, 16)); got != "" {
		t.Errorf("no model is called %q", got)
	}
	if got := Model(nil); got != "" {
		t.Errorf("no model is called %q", got)
	}
}
