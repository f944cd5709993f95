// Package assetstest lets tests find a text on screen by its translation key, so that
// the wording of a text can change without changing a test.
package assetstest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"nightlatch/assets"
)

// A Key is a key of the translations, such as "wizard.key.touch". Untyped constants
// convert to it. A key that the translations do not have fails the test.
type Key string

// placeholder matches {0}, {name} …, after regexp.QuoteMeta.
var placeholder = regexp.MustCompile(`\\\{[^{}]*\\\}`)

// Pattern returns a regular expression for the text of a key. The arguments fill its
// placeholders as in Catalog.T: an int as the first one chooses the plural form and fills
// {n}; a Key stands for its own text. A placeholder without an argument matches any
// text, and a key without a number matches in each of its plural forms.
func Pattern(t testing.TB, w *assets.Catalog, k Key, args ...any) string {
	t.Helper()
	args = slices.Clone(args)
	for i, a := range args {
		if inner, ok := a.(Key); ok {
			known(t, w, inner)
			args[i] = w.T(string(inner))
		}
	}
	known(t, w, k)
	var forms []string
	for _, form := range filled(w, string(k), args) {
		form = placeholder.ReplaceAllString(regexp.QuoteMeta(form), `(?s:.*?)`)
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return "(?:" + strings.Join(forms, "|") + ")"
}

// filled returns the text of a key in the plural form that the arguments choose, or in
// all of them.
func filled(w *assets.Catalog, k string, args []any) (forms []string) {
	if len(args) > 0 {
		if n, ok := args[0].(int); ok {
			return []string{w.N(k, n, args[1:]...)}
		}
	}
	for _, n := range []int{0, 1, 2, 3, 5, 11, 100} { // one number for each plural form of CLDR
		forms = append(forms, w.N(k, n, append(slices.Clone(args), assets.Args{"n": "{n}"})...))
	}
	return forms
}

func known(t testing.TB, w *assets.Catalog, k Key) {
	t.Helper()
	if !w.Has(string(k)) {
		t.Fatalf("the translations have no key %q", k)
	}
}
