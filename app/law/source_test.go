package law

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tracked returns the paths of the repository's files, relative to its root.
func tracked(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	var files []string
	for _, f := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join(root, f)); err == nil {
			files = append(files, f)
		}
	}
	return files
}

// A source is a parsed Go file.
type source struct {
	path string
	file *ast.File
	fset *token.FileSet
}

var parsed []source // what sources returns; tests that use it do not run in parallel

// sources returns the repository's Go files.
func sources(t *testing.T) []source {
	t.Helper()
	if parsed != nil {
		return parsed
	}
	var all []source
	for _, f := range tracked(t) {
		if filepath.Ext(f) != ".go" {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(root, f), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{path: f, file: file, fset: fset})
	}
	parsed = all
	return all
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// selectors calls fn for every expression pkg.name.
func (s source) selectors(pkg string, fn func(name string, at token.Position)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == pkg {
				fn(sel.Sel.Name, s.fset.Position(sel.Pos()))
			}
		}
		return true
	})
}

func TestEveryPackageHasAComment(t *testing.T) {
	has := map[string]bool{}
	for _, s := range sources(t) {
		dir := filepath.Dir(s.path)
		has[dir] = has[dir] || strings.TrimSpace(s.file.Doc.Text()) != ""
	}
	for dir, ok := range has {
		if !ok {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// The server takes the time from Config.Now and the transaction, so that the lab can set it.
func TestServerDoesNotReadTheSystemClock(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || !within(s.path, "server") {
			continue
		}
		s.selectors("time", func(name string, at token.Position) {
			if name == "Now" || name == "Since" || name == "Until" {
				t.Errorf("%s: time.%s", at, name)
			}
		})
	}
}

// Only shell.Scope runs functions on Fyne's goroutine.
func TestOnlyScopeCallsDo(t *testing.T) {
	for _, s := range sources(t) {
		if filepath.Base(s.path) == "scope.go" && within(s.path, "ui") {
			continue
		}
		s.selectors("fyne", func(name string, at token.Position) {
			if name == "Do" || name == "DoAndWait" {
				t.Errorf("%s: fyne.%s", at, name)
			}
		})
	}
}

// Random numbers come from crypto/rand, except in tests.
func TestNoWeakRandomNumbers(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || tester(filepath.ToSlash(filepath.Dir(s.path))) {
			continue
		}
		for _, imp := range s.file.Imports {
			if p := strings.Trim(imp.Path.Value, `"`); p == "math/rand" || p == "math/rand/v2" {
				t.Errorf("%s imports %s", s.path, p)
			}
		}
	}
}

// maxLines is the limit for the length of a Go file.
const maxLines = 500

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if n := s.fset.Position(s.file.FileEnd).Line; n > maxLines {
			t.Errorf("%s has %d lines", s.path, n)
		} else if n > 300 && !s.test() {
			t.Logf("%s has %d lines: check whether it holds more than one idea", s.path, n)
		}
	}
}

// home matches paths that exist on one computer only.
var home = regexp.MustCompile(`(^|[\s"'=(:])/(home|Users|work|root|farm|tmp/[a-z]+)/[A-Za-z0-9_.-]`)

func TestNoPathsOfOneComputer(t *testing.T) {
	for _, f := range tracked(t) {
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 || filepath.Ext(f) == ".pdf" {
			continue // not text
		}
		for i, line := range strings.Split(string(b), "\n") {
			if home.MatchString(line) {
				t.Errorf("%s:%d: %s", f, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// Links and pictures in documents must exist.
func TestLinksInDocumentsExist(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"`)
	for _, f := range tracked(t) {
		if filepath.Ext(f) != ".md" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			target, _, _ := strings.Cut(m[1]+m[2], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(f), target)); err != nil {
				t.Errorf("%s links to %s, which does not exist", f, target)
			}
		}
	}
}

// Only app/memory.go configures the garbage collector and starts collections. A package
// that does so changes the behaviour of every program that uses it.
func TestOnlyMemoryControlsTheCollector(t *testing.T) {
	steers := []string{"GC", "SetGCPercent", "SetMemoryLimit", "FreeOSMemory"}
	for _, s := range sources(t) {
		if s.test() || s.path == "app/memory.go" || tester(filepath.ToSlash(filepath.Dir(s.path))) {
			continue
		}
		for _, pkg := range []string{"runtime", "debug"} {
			s.selectors(pkg, func(name string, at token.Position) {
				if slices.Contains(steers, name) {
					t.Errorf("%s: %s.%s", at, pkg, name)
				}
			})
		}
	}
}

// A document that code or documents name is in the repository.
func TestNamedDocumentsExist(t *testing.T) {
	named := regexp.MustCompile(`[A-Za-z0-9_-]+\.md\b`)
	files := tracked(t)
	exist := map[string]bool{}
	for _, f := range files {
		exist[filepath.Base(f)] = true
	}
	for _, f := range files {
		if ext := filepath.Ext(f); ext != ".go" && ext != ".md" && ext != "" && ext != ".json" || within(f, "app/law") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, f))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			for _, name := range named.FindAllString(line, -1) {
				if !exist[name] {
					t.Errorf("%s:%d names %s, which is not there", f, i+1, name)
				}
			}
		}
	}
}

// docs/decisions/README.md lists every decision.
func TestDecisionsAreListed(t *testing.T) {
	const index = "docs/decisions/README.md"
	b, err := os.ReadFile(filepath.Join(root, index))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range tracked(t) {
		if filepath.Dir(f) == filepath.Dir(index) && f != index && !strings.Contains(string(b), "("+filepath.Base(f)+")") {
			t.Errorf("%s is not in %s", f, index)
		}
	}
}

// No linter that reads nolint comments runs here. An error that is ignored is assigned to
// _, with the reason in a comment.
func TestNoLinterComments(t *testing.T) {
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//"+"nolint") {
					t.Errorf("%s: %s", s.fset.Position(c.Pos()), c.Text)
				}
			}
		}
	}
}
