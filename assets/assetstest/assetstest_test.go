package assetstest

import (
	"regexp"
	"testing"

	"nightlatch/assets"
)

func TestPattern(t *testing.T) {
	t.Parallel()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		key     Key
		args    []any
		text    string
		matches bool
	}{
		{"kit.cancel", nil, w.T("kit.cancel"), true},
		{"kit.cancel", nil, w.T("kit.close"), false},
		{"kit.tries-left", nil, w.N("kit.tries-left", 1, assets.Args{"of": 8}), true},
		{"kit.tries-left", nil, w.N("kit.tries-left", 3, assets.Args{"of": 5}), true},
		{"kit.tries-left", []any{3}, w.N("kit.tries-left", 3, assets.Args{"of": 8}), true},
		{"kit.tries-left", []any{3, assets.Args{"of": 8}}, w.N("kit.tries-left", 4, assets.Args{"of": 8}), false},
		{"kit.code-field", []any{"0"}, w.T("kit.code-field", 0, 6), true},
		{"kit.code-field", []any{"0", "6"}, w.T("kit.code-field", 1, 6), false},
		{"ui.method.set-up-name", []any{Key("method.app")}, w.T("ui.method.set-up-name", w.T("method.app")), true},
		{"ui.method.set-up-name", []any{Key("method.app")}, w.T("ui.method.set-up-name", w.T("method.key")), false},
	} {
		got := regexp.MustCompile("^" + Pattern(t, w, tt.key, tt.args...) + "$").MatchString(tt.text)
		if got != tt.matches {
			t.Errorf("%s with %v matches %q: %t; want %t", tt.key, tt.args, tt.text, got, tt.matches)
		}
	}
}
