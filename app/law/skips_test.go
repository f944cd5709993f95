package law

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// Tests are never skipped. What only one system can do is in a file with a build
// constraint, and a machine that lacks something fails the test.
func TestNothingIsSkipped(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				switch sel.Sel.Name {
				case "Skip", "Skipf", "SkipNow":
					t.Errorf("%s: %s", s.fset.Position(n.Pos()), sel.Sel.Name)
				}
			}
			return true
		})
		for _, d := range s.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || !takesT(fn.Type) || !strings.HasPrefix(fn.Name.Name, "Test") {
				continue
			}
			for _, stmt := range fn.Body.List {
				if i, ok := stmt.(*ast.IfStmt); ok && onlyReturns(i.Body) && !callsWithT(i.Cond) {
					t.Errorf("%s: %s returns before it has tested anything: that is a skip which counts as a pass", s.fset.Position(i.Pos()), fn.Name.Name)
				}
			}
		}
	}
}

// takesT reports whether a function's only parameter is a *testing.T.
func takesT(f *ast.FuncType) bool {
	if f.Params.NumFields() != 1 {
		return false
	}
	star, ok := f.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := selector(star.X, "testing")
	return ok && name == "T"
}

// onlyReturns reports whether a block ends with return and does nothing before it
// but write to the test's log.
func onlyReturns(b *ast.BlockStmt) bool {
	last := len(b.List) - 1
	if last < 0 {
		return false
	}
	if _, ok := b.List[last].(*ast.ReturnStmt); !ok {
		return false
	}
	for _, s := range b.List[:last] {
		e, ok := s.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := e.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Log" && sel.Sel.Name != "Logf" {
			return false
		}
	}
	return true
}

// callsWithT reports whether a condition is !f(t): f runs the test in another process
// and fails it through t.
func callsWithT(cond ast.Expr) bool {
	not, ok := cond.(*ast.UnaryExpr)
	if !ok {
		return false
	}
	call, ok := not.X.(*ast.CallExpr)
	return ok && slices.ContainsFunc(call.Args, func(a ast.Expr) bool {
		id, ok := a.(*ast.Ident)
		return ok && id.Name == "t"
	})
}
