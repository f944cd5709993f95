package httpapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"nightlatch/server/ceremony"
)

const apiPage = "../../docs/api.md"

// docs/api.md names every route of the server.
func TestAPIPageHasEveryRoute(t *testing.T) {
	t.Parallel()
	page := readAPIPage(t)
	calls := []string{"POST /oauth/token", "GET /api/v1/events"} // those that mux adds
	for path, on := range new(Handler).routes() {
		for method := range on {
			if method == anyMethod {
				method = "GET"
			}
			calls = append(calls, method+" "+path)
		}
	}
	for _, call := range calls {
		if !strings.Contains(page, "`"+call+"`") && !strings.Contains(page, "`"+call+"?") {
			t.Errorf("docs/api.md does not have %s", call)
		}
	}
}

// docs/api.md has every name and code of package api: each constant, each field, each
// reason of a refusal.
func TestAPIPageHasEveryName(t *testing.T) {
	t.Parallel()
	words := map[string]bool{}
	for _, word := range strings.FieldsFunc(readAPIPage(t), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}) {
		words[word] = true
	}
	names := namesOfAPI(t)
	if len(names) < 150 {
		t.Fatalf("only %d names were found", len(names))
	}
	for name, where := range names {
		if !words[name] {
			t.Errorf("docs/api.md does not have %s (%s)", name, where)
		}
	}
}

// The page's table of refusals has every code with its reasons.
func TestAPIPageHasEveryRefusal(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(readAPIPage(t), "\n### Refusals\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, reason := range ceremony.Reasons() {
		r := ceremony.Refuse(reason)
		found := false
		for row := range strings.Lines(table) {
			found = found || strings.HasPrefix(row, "| `"+r.Code+"` |") && (r.Reason == "" || strings.Contains(row, "`"+r.Reason+"`"))
		}
		if !found {
			t.Errorf("docs/api.md has no refusal %s with the reason %q", r.Code, r.Reason)
		}
	}
}

func readAPIPage(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(apiPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// namesOfAPI returns the strings of package api's source that go over the wire, with
// their positions.
func namesOfAPI(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../api/*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		add := func(literal, where string) {
			if name, err := strconv.Unquote(literal); err == nil && name != "" && name != "-" {
				names[name] = file + ", " + where
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec: // constants
				for i, v := range n.Values {
					if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						add(lit.Value, n.Names[i].Name)
					}
				}
			case *ast.FuncDecl: // StepType and InputType
				if n.Name.Name != "StepType" && n.Name.Name != "InputType" || n.Body == nil {
					return true
				}
				for _, s := range n.Body.List {
					if r, ok := s.(*ast.ReturnStmt); ok {
						if lit, ok := r.Results[0].(*ast.BasicLit); ok {
							add(lit.Value, n.Name.Name)
						}
					}
				}
			case *ast.Field:
				if n.Tag != nil {
					tag, _ := strconv.Unquote(n.Tag.Value)
					name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
					add(strconv.Quote(name), "a field")
				}
			}
			return true
		})
	}
	return names
}
