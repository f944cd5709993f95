package print

import "testing"

// A printer's description is cleaned. The name that jobs are sent to does not
// change.
func TestPrinterNamesAreStrangersText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, description, want string }{
		{"office", "Office, 2nd floor", "Office, 2nd floor"},
		{"office", "Office \u202etxet", "Office txet"},
		{"office", "a\x1b[2Jb\u200b\nc", "a [2Jb c"},
		{"office", " \u200b", "office"},
		{"off\u202eice", "", "office"},
	} {
		got := newPrinter(tt.name, tt.description, true)
		if got.Description != tt.want || got.Name != tt.name || !got.Default {
			t.Errorf("%q, %q: %+v", tt.name, tt.description, got)
		}
	}
}
