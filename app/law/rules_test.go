package law

import (
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const rulesFile = "docs/rules.md"

var (
	ruleLine = regexp.MustCompile(`(?m)^- \*\*R(0|[1-9][0-9]*)\*\* (\*\(planned\)\* )?\S`)
	// cited matches a rule's number, or a range such as R2 to R4 or R70-R78.
	cited = regexp.MustCompile(`\bR([0-9]+)(?:(?:-|–| to )R([0-9]+))?\b`)
	// otherNumbering matches numbers of rules in any other form.
	otherNumbering = regexp.MustCompile(`\bR[0-9]+[a-zA-Z]\b|\bR0[0-9]+|(?i)\b(rule|requirement|issue) #?[0-9]+\b`)
)

// rules returns the numbers in docs/rules.md, and whether each rule is built.
func rules(t *testing.T) map[int]bool {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, rulesFile))
	if err != nil {
		t.Fatal(err)
	}
	built, last := map[int]bool{}, -1
	for _, m := range ruleLine.FindAllStringSubmatch(string(b), -1) {
		n := number(t, m[1])
		if n <= last {
			t.Errorf("%s: R%d comes after R%d", rulesFile, n, last)
		}
		built[n], last = m[2] == "", n
	}
	if len(built) < 60 {
		t.Fatalf("%s has only %d rules", rulesFile, len(built))
	}
	return built
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// citations returns the rules that a text cites; a range cites all rules in it.
func citations(t *testing.T, text string) (numbers []int) {
	t.Helper()
	for _, m := range cited.FindAllStringSubmatch(text, -1) {
		from := number(t, m[1])
		to := from
		if m[2] != "" {
			to = number(t, m[2])
		}
		for n := from; n <= to; n++ {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// Every rule that code, documents or translations cite is in docs/rules.md, and there is
// no other numbering.
func TestRulesThatAreCitedExist(t *testing.T) {
	known := rules(t)
	for _, f := range tracked(t) {
		switch filepath.Ext(f) {
		case ".go", ".md", ".json", ".toml", "":
		default:
			continue
		}
		if f == "go.sum" || strings.HasPrefix(f, "app/law/") || f == "LICENSE" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			for _, m := range cited.FindAllStringSubmatch(line, -1) {
				for _, s := range m[1:] {
					if s == "" {
						continue
					}
					if _, ok := known[number(t, s)]; !ok {
						t.Errorf("%s:%d: R%s is not in %s", f, i+1, s, rulesFile)
					}
				}
			}
			if found := otherNumbering.FindString(line); found != "" {
				t.Errorf("%s:%d: %q is no rule of %s", f, i+1, found, rulesFile)
			}
		}
	}
}

// Every rule that is built has a test that cites it. With -v it lists them.
func TestRulesHaveTests(t *testing.T) {
	held := map[int][]string{}
	for _, s := range sources(t) {
		if !s.test() || within(s.path, "app/law") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, s.path))
		if err != nil {
			t.Fatal(err)
		}
		byTest(s, string(b), func(name, text string) {
			for _, n := range citations(t, text) {
				if at := s.path + " " + name; !slices.Contains(held[n], at) {
					held[n] = append(held[n], at)
				}
			}
		})
	}
	known := rules(t)
	for _, n := range slices.Sorted(maps.Keys(known)) {
		switch {
		case len(held[n]) > 0:
			t.Logf("R%d: %s", n, strings.Join(held[n], ", "))
		case known[n]:
			t.Errorf("R%d is built, but no test cites it", n)
		}
	}
}

// byTest calls fn with each function of a test file and its text, comment included.
func byTest(s source, text string, fn func(name, text string)) {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from := f.Pos()
		if f.Doc != nil {
			from = f.Doc.Pos()
		}
		fn(f.Name.Name, text[s.fset.Position(from).Offset:s.fset.Position(f.End()).Offset])
	}
}
