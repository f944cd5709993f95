package law

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nightlatch/assets"
)

// selecting are the functions with which the tests of the window look for something on
// screen. Functions that take a translation key are not here: they fail on an unknown
// key.
var selecting = []string{
	"sees", "press", // of app/tour
	"SeesText", "TabToText", // data: a name, a number, a code
	"Contains", "Index", "HasPrefix", "HasSuffix",
}

// Tests find texts by translation key, so that the wording can change alone.
func TestSelectorsAreNotSentences(t *testing.T) {
	english := englishTexts(t)
	for _, s := range sources(t) {
		if !s.test() && !within(s.path, "ui/uitest") || !within(s.path, "ui") && !within(s.path, "app/tour") ||
			within(s.path, "ui/kit") { // kit shows what its tests give it
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !slices.Contains(selecting, called(call)) {
				return true
			}
			for _, arg := range call.Args {
				lit, ok := arg.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				if text = strings.TrimSpace(text); !strings.Contains(text, " ") {
					continue
				}
				for k, e := range english {
					if strings.Contains(e, text) {
						t.Errorf("%s selects by %q; use the key %s", s.fset.Position(lit.Pos()), text, k)
					}
				}
			}
			return true
		})
	}
}

// called returns the name of the function or method that is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// englishTexts are the texts of the window by key, with a tab in place of each argument.
func englishTexts(t *testing.T) map[string]string {
	t.Helper()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	argument := regexp.MustCompile(`\{[^}]*\}`)
	texts := map[string]string{}
	for _, k := range w.Keys() {
		texts[k] = argument.ReplaceAllString(w.T(k)+"\n"+w.N(k, 1), "\t")
	}
	return texts
}
