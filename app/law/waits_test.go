package law

import (
	"go/ast"
	"go/token"
	"path"
	"path/filepath"
	"testing"
)

// mustWait lists the test files in which real time has to pass, how often they wait,
// and why. Everything else waits for an event; time.After is allowed as a deadline
// whose branch fails the test or kills a process.
var mustWait = map[string]struct {
	waits  int
	reason string
}{
	"app/harness/wait.go":               {1, "polls other programs, which give no signal"},
	"app/bench/display.go":              {1, "polls the screen for the first frame"},
	"app/bench/million.go":              {1, "samples the memory of a process that ends by itself"},
	"app/party/kill_test.go":            {1, "kills the server at a random moment"},
	"fido/bridge/bridge_linux_test.go":  {1, "an idle key must still be there after the linger time"},
	"fido/ceremony_test.go":             {1, "runs in a synctest bubble of its callers"},
	"fido/hidraw/changes_linux_test.go": {2, "no event may come; events come at a steady rate"},
	"fido/fidotest/kinds.go":            {1, "a back end must not poll the key after a cancel"},
	"fido/pcsc/pcsc_test.go":            {1, "no event may come"},
	"fido/pcsc/pcsctest/pcsctest.go":    {1, "polls pcscd's driver until it listens"},
	"ui/print/printtest/cups.go":        {3, "polls CUPS, which gives no signal"},
}

// Tests wait for events and never for time to pass: such waits are slow on a fast
// machine and too short on a slow one. In a synctest bubble time is simulated, so
// waiting is allowed there.
func TestNoTestWaitsForTime(t *testing.T) {
	waits := map[string]int{}
	for _, s := range sources(t) {
		file := filepath.ToSlash(s.path)
		if !s.test() && !tester(path.Dir(file)) {
			continue
		}
		for _, d := range s.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || usesSynctest(fn) {
				continue
			}
			for _, at := range realWaits(fn) {
				waits[file]++
				if waits[file] > mustWait[file].waits {
					t.Errorf("%s: %s waits for time to pass. Wait for an event, use testing/synctest, or raise the count in mustWait and give the reason", s.fset.Position(at), fn.Name.Name)
				}
			}
		}
	}
	for file, allowed := range mustWait {
		if n := waits[file]; n < allowed.waits {
			t.Errorf("%s waits %d times, but mustWait allows %d: lower the count or remove the line", file, n, allowed.waits)
		}
	}
}

// usesSynctest reports whether a function runs code in a synctest bubble, or calls
// synctest.Wait, which works only in one.
func usesSynctest(fn *ast.FuncDecl) bool {
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if name, ok := selector(n, "synctest"); ok && name != "" {
			found = true
		}
		return !found
	})
	return found
}

// realWaits returns where a function waits for a timer: with time.Sleep, with a
// receive outside select, or with a select case that does not fail.
func realWaits(fn *ast.FuncDecl) []token.Pos {
	timers := timerVariables(fn)
	var waits []token.Pos
	deadlines := map[ast.Node]bool{} // receives in select cases, which are checked with their case
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CommClause:
			if rx := received(n.Comm); rx != nil && isTimer(rx.X, timers) {
				deadlines[rx] = true
				if !failsOrKills(n.Body) {
					waits = append(waits, n.Pos())
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW && !deadlines[n] && isTimer(n.X, timers) {
				waits = append(waits, n.Pos())
			}
		case *ast.RangeStmt:
			if isTimer(n.X, timers) {
				waits = append(waits, n.Pos())
			}
		case *ast.SelectorExpr:
			if name, ok := selector(n, "time"); ok && name == "Sleep" {
				waits = append(waits, n.Pos())
			}
		}
		return true
	})
	return waits
}

// timerVariables returns the names of the variables that a function sets to the
// result of time.After, time.Tick, time.NewTimer or time.NewTicker.
func timerVariables(fn *ast.FuncDecl) map[string]bool {
	timers := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
			if id, ok := a.Lhs[0].(*ast.Ident); ok && isTimer(a.Rhs[0], nil) {
				timers[id.Name] = true
			}
		}
		return true
	})
	return timers
}

// isTimer reports whether an expression is a timer or its channel.
func isTimer(e ast.Expr, variables map[string]bool) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return variables[e.Name]
	case *ast.SelectorExpr:
		return e.Sel.Name == "C" && isTimer(e.X, variables)
	case *ast.CallExpr:
		switch name, _ := selector(e.Fun, "time"); name {
		case "After", "Tick", "NewTimer", "NewTicker":
			return true
		}
	}
	return false
}

// received returns the receive operation of a select case, or nil.
func received(comm ast.Stmt) *ast.UnaryExpr {
	var e ast.Expr
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		e = comm.X
	case *ast.AssignStmt:
		e = comm.Rhs[0]
	}
	rx, _ := e.(*ast.UnaryExpr)
	return rx
}

// failsOrKills reports whether statements make an error, fail a test, panic, return a
// value or kill a process.
func failsOrKills(body []ast.Stmt) bool {
	found := false
	for _, s := range body {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				found = found || len(n.Results) > 0
			case *ast.CallExpr:
				switch fun := n.Fun.(type) {
				case *ast.Ident:
					found = found || fun.Name == "panic"
				case *ast.SelectorExpr:
					switch fun.Sel.Name {
					case "Fatal", "Fatalf", "Error", "Errorf", "FailNow", "Fail", "Kill":
						found = true
					}
				}
			}
			return !found
		})
	}
	return found
}

// selector returns the name in an expression pkg.name.
func selector(n ast.Node, pkg string) (name string, ok bool) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	id, ok := sel.X.(*ast.Ident)
	return sel.Sel.Name, ok && id.Name == pkg
}
