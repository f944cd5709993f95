package httpapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Two problems with the same code have different reasons, so that a client
// need not compare titles. Malformed problems differ by field.
func TestReasonsTellProblemsApart(t *testing.T) {
	t.Parallel()
	titles := map[string]map[string]string{} // code → title → reason
	for _, dir := range []string{".", "../lab", "../thirdparty/basic"} {
		for _, p := range problemsIn(t, dir) {
			if p.code == "api.Malformed" {
				continue
			}
			if titles[p.code] == nil {
				titles[p.code] = map[string]string{}
			}
			titles[p.code][p.title] = p.reason
		}
	}
	if len(titles) < 10 || len(titles["api.NotFound"]) < 6 {
		t.Fatalf("only these problems were found: %v", titles)
	}
	for code, of := range titles {
		if len(of) == 1 {
			continue
		}
		seen := map[string]string{}
		for title, reason := range of {
			if reason == "" {
				t.Errorf("%s, %q has no reason, and there are %d problems with this code", code, title, len(of))
			}
			if other, ok := seen[reason]; ok && reason != "route" {
				t.Errorf("%s: %q and %q have the reason %q", code, title, other, reason)
			}
			seen[reason] = title
		}
	}
}

// Every malformed problem or refusal has one of the five reasons.
func TestMalformedHasAReason(t *testing.T) {
	t.Parallel()
	if p := malformed("label", "x"); p.Reason == "" {
		t.Error("a malformed value has no reason")
	}
	for _, p := range problemsIn(t, ".") {
		if p.code == "api.Malformed" && p.reason == "" {
			t.Errorf("malformed, %q, has no reason", p.title)
		}
	}
}

// docs/api.md lists every reason of a problem. Constants of package api are
// tested elsewhere.
func TestReasonsAreDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, problems, found := strings.Cut(string(doc), "\n## Problems\n")
	if !found {
		t.Fatal("docs/api.md has no section Problems")
	}
	problems, _, _ = strings.Cut(problems, "\n## ")
	for _, dir := range []string{".", "../lab"} {
		for _, p := range problemsIn(t, dir) {
			if p.reason != "" && !strings.HasPrefix(p.reason, "api.") && !strings.Contains(problems, "`"+p.reason+"`") {
				t.Errorf("%s, %q: the reason %q is not in docs/api.md", p.code, p.title, p.reason)
			}
		}
	}
}

type sourceProblem struct{ code, reason, title string }

// problemsIn finds the problems in the source of a package. They are literals
// of row and api.Problem, and calls of lab's problem(status, code, reason,
// title, detail).
func problemsIn(t *testing.T, dir string) []sourceProblem {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var found []sourceProblem
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				element := n.Type == nil // of a list of rows
				if !element && exprText(n.Type) != "row" && exprText(n.Type) != "api.Problem" {
					return true
				}
				var p sourceProblem
				for _, e := range n.Elts {
					kv, ok := e.(*ast.KeyValueExpr)
					if !ok {
						if !element {
							t.Errorf("%s: a problem without field names", name)
						}
						return true
					}
					switch strings.ToLower(exprText(kv.Key)) {
					case "code":
						p.code = exprText(kv.Value)
					case "reason":
						p.reason = exprText(kv.Value)
					case "title":
						p.title = exprText(kv.Value)
					}
				}
				if strings.HasPrefix(p.code, "api.") {
					found = append(found, p)
				}
			case *ast.CallExpr:
				if exprText(n.Fun) == "problem" && len(n.Args) == 5 {
					found = append(found, sourceProblem{exprText(n.Args[1]), exprText(n.Args[2]), exprText(n.Args[3])})
				}
			}
			return true
		})
	}
	return found
}

// exprText returns a name, a selector or the text of a literal; "" for other
// expressions.
func exprText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return exprText(e.X) + "." + e.Sel.Name
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
		return e.Value
	}
	return ""
}
