package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nightlatch/server/store/seal"
)

// dataFiles returns the name of each file that the program uses in the data directory. It
// finds them in the source: a name follows the directory in a call, as in
// filepath.Join(inst.dir, labName). So a new file is tested without a change here.
func dataFiles(t *testing.T) []string {
	t.Helper()
	entries, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	set, constants := token.NewFileSet(), map[string]string{"seal.MasterFile": seal.MasterFile}
	var files []*ast.File
	for _, name := range entries {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for i, value := range spec.Values {
					if text, ok := literal(value); ok && i < len(spec.Names) {
						constants[spec.Names[i].Name] = text
					}
				}
			}
			return true
		})
	}
	var names []string
	for _, file := range files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "dataDirectory" {
				continue // it makes the directory's own path
			}
			ast.Inspect(d, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				to := spelled(call.Fun)
				if to != "filepath.Join" && !strings.HasPrefix(to, "localsocket.") || to == "filepath.Join" && len(call.Args) != 2 {
					return true
				}
				for i, arg := range call.Args[:max(0, len(call.Args)-1)] {
					if at := spelled(arg); at != "dir" && !strings.HasSuffix(at, ".dir") {
						continue
					}
					next := call.Args[i+1]
					name, known := literal(next)
					if !known {
						name, known = constants[spelled(next)]
					}
					if known {
						names = append(names, name)
					} else {
						t.Errorf("%s: which file of the data directory is it? Give its name as a constant.", set.Position(call.Pos()))
					}
				}
				return true
			})
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func literal(e ast.Expr) (string, bool) {
	b, ok := e.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(b.Value)
	return text, err == nil
}

// spelled returns a name as it is in the source, such as inst.dir, or "" for another
// expression.
func spelled(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return spelled(e.X) + "." + e.Sel.Name
	}
	return ""
}

// Each file that the program writes into the data directory is one that it checks, also
// while it is being written and after a restore has kept it. Others are left alone.
func TestDataFilesAreOurs(t *testing.T) {
	t.Parallel()
	names := dataFiles(t)
	for _, want := range []string{databaseName, socketName, sessionName, deviceName, labName, seal.MasterFile} {
		if !slices.Contains(names, want) {
			t.Errorf("%s was not found in the source: %q", want, names)
		}
	}
	for _, name := range names {
		for _, also := range []string{"", ".new-123", ".20261130T120000Z"} {
			if !isOurs(name + also) {
				t.Errorf("%s is not checked", name+also)
			}
		}
	}
	for _, name := range []string{"notes.txt", "laboratory", "console", "master.keys"} {
		if isOurs(name) {
			t.Errorf("%s is not the program's", name)
		}
	}
}
