package backupcode

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// An op is one call. Its result is text, so that results can be compared.
type op struct {
	do   string // issue, redeem, check, void
	code string
}

// A model is a second, simple implementation of R70 to R74: the list of codes with their
// states.
type model struct {
	codes  []string
	states []State
}

func (m model) next() int { return slices.Index(m.states, StateActive) }

// step returns the result of op, and applies it to the model.
func (m model) step(p account.Policy, o op) (string, model) {
	after := model{slices.Clone(m.codes), slices.Clone(m.states)}
	i := slices.Index(m.codes, o.code)
	voidAll := func() (n int) {
		for j, s := range after.states {
			if s == StateActive {
				after.states[j] = StateVoid
				n++
			}
		}
		return n
	}
	switch o.do {
	case "issue":
		active := 0
		for _, s := range m.states {
			if s == StateActive {
				active++
			}
		}
		if active >= p.BackupCodesMax {
			return "full", m
		}
		after.codes, after.states = append(after.codes, o.code), append(after.states, StateActive)
		return fmt.Sprint("issued ", len(after.codes)), after
	case "void":
		return fmt.Sprint("voided ", voidAll()), after
	case "check":
		if i < 0 {
			return "0 unknown", m
		}
		return fmt.Sprint(i+1, " ", m.states[i]), m
	}
	switch {
	case i < 0:
		return "unknown 0", m
	case m.states[i] == StateUsed:
		return fmt.Sprint("already used ", i+1), m
	case m.states[i] == StateVoid:
		return fmt.Sprint("void ", i+1), m
	case i != m.next():
		if p.OutOfOrderVoids {
			voidAll()
		}
		return fmt.Sprint("out of order ", i+1), after
	}
	after.states[i] = StateUsed
	return fmt.Sprint("used ", i+1), after
}

// run performs op with the package under test.
func run(tx store.Tx, id string, p account.Policy, o op) (string, error) {
	a, err := account.Load(tx, id)
	if err != nil {
		return "", err
	}
	switch o.do {
	case "issue":
		n, err := Issue(tx, a, sum(o.code), p.BackupCodesMax)
		if errors.Is(err, ErrFull) {
			return "full", nil
		}
		return fmt.Sprint("issued ", n), err
	case "void":
		n, err := VoidAll(tx, a, api.EventBackupCodesVoided, 0)
		return fmt.Sprint("voided ", n), err
	case "check":
		n, state, err := Lookup(tx, id, sum(o.code))
		return fmt.Sprint(n, " ", state), err
	}
	outcome, n, err := Redeem(tx, a, sum(o.code), p)
	return fmt.Sprint(outcome, " ", n), err
}

// randomOp returns a random op, mostly on codes that exist.
func randomOp(r *rand.Rand, fresh func() string, known []string) op {
	pick := func() string {
		if len(known) == 0 || r.IntN(10) == 0 {
			return "never issued"
		}
		return known[max(0, len(known)-1-r.IntN(8))]
	}
	switch n := r.IntN(20); {
	case n < 8:
		return op{do: "issue", code: fresh()}
	case n < 16:
		return op{do: "redeem", code: pick()}
	case n < 19:
		return op{do: "check", code: pick()}
	}
	return op{do: "void"}
}

// Long random runs of operations behave like the model.
func TestRandomOperations(t *testing.T) {
	t.Parallel()
	for _, p := range []account.Policy{account.Classic(), account.Hardened()} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(p.Name, " ", seed), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				r := rand.New(rand.NewPCG(seed, 76))
				var m model
				for i := range 90 { // fewer codes than are stored
					o := randomOp(r, func() string { return fmt.Sprint("code ", i) }, m.codes)
					want, after := m.step(p, o)
					var got string
					w.update(func(tx store.Tx) (err error) {
						got, err = run(tx, w.id, p, o)
						return err
					})
					if got != want {
						t.Fatalf("step %d, %+v: %q; want %q\n%v", i, o, got, want, m)
					}
					m = after
					if states := w.states(); !slices.Equal(states, m.states) {
						t.Fatalf("after step %d, %+v: %v; want %v", i, o, states, m.states)
					}
				}
			})
		}
	}
}

// history runs simultaneous clients on one account and records their results.
func history(w *world, p account.Policy, clients, each int, do func(o op) string) []porcupine.Operation {
	var (
		mu    sync.Mutex
		known []string
		ops   []porcupine.Operation
		wg    sync.WaitGroup
		began = time.Now()
	)
	for client := range clients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(client), 72))
			for i := range each {
				mu.Lock()
				o := randomOp(r, func() string { return fmt.Sprint("code ", client, "/", i) }, known)
				if o.do == "issue" {
					known = append(known, o.code)
				}
				mu.Unlock()
				call := time.Since(began).Nanoseconds()
				got := do(o)
				done := porcupine.Operation{
					ClientId: client, Input: o, Call: call, Output: got, Return: time.Since(began).Nanoseconds(),
				}
				mu.Lock()
				ops = append(ops, done)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ops
}

func linearizable(p account.Policy) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return model{} },
		Step: func(state, input, output any) (bool, any) {
			want, after := state.(model).step(p, input.(op))
			return want == output.(string), after
		},
		Equal: func(a, b any) bool {
			x, y := a.(model), b.(model)
			return slices.Equal(x.codes, y.codes) && slices.Equal(x.states, y.states)
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprint(input, " → ", output) },
	}
}

// The results of simultaneous clients are possible in some sequential order.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	for _, p := range []account.Policy{account.Classic(), account.Hardened()} {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ops := history(w, p, 8, 25, func(o op) (got string) {
				err := w.store.Update(t.Context(), func(tx store.Tx) (err error) {
					got, err = run(tx, w.id, p, o)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				return got
			})
			if res := porcupine.CheckOperationsTimeout(linearizable(p), ops, time.Minute); res != porcupine.Ok {
				t.Errorf("%d operations: %s", len(ops), res)
			}
		})
	}
}

// The linearizability checker finds the mistake of redeeming in two transactions
// (keycloak#26106), which lets more than one client use a code.
func TestRacyMutantIsCaught(t *testing.T) {
	t.Parallel()
	p := account.Hardened()
	w := newWorld(t)
	w.issue("code")
	var looked sync.WaitGroup
	looked.Add(2)
	var mu sync.Mutex
	var ops []porcupine.Operation
	var wg sync.WaitGroup
	began := time.Now()
	for client := range 2 {
		wg.Go(func() {
			call := time.Since(began).Nanoseconds()
			var a *account.Account
			if err := w.store.View(t.Context(), func(tx store.Tx) (err error) {
				a, err = account.Load(tx, w.id)
				return err
			}); err != nil {
				t.Error(err)
			}
			looked.Done()
			looked.Wait() // both have read before either writes
			var got string
			if err := w.store.Update(t.Context(), func(tx store.Tx) error {
				stale := *a
				r := record{Number: 1, Sum: sum("code"), Used: start}
				if err := store.Save(tx, key(w.id, 1), r); err != nil {
					return err
				}
				got = fmt.Sprint(Used, " ", stale.ActiveBackupCodes[0])
				stale.ActiveBackupCodes = nil
				return account.Save(tx, &stale)
			}); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ops = append(ops, porcupine.Operation{
				ClientId: client, Input: op{"redeem", "code"}, Call: call,
				Output: got, Return: time.Since(began).Nanoseconds(),
			})
		})
	}
	wg.Wait()
	m := linearizable(p)
	m.Init = func() any { return model{[]string{"code"}, []State{StateActive}} }
	if porcupine.CheckOperations(m, ops) {
		t.Error("two clients used the same code, and the checker did not notice")
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("7kmq-2xwd-9hfz-3r8n")
	f.Add("OIL7 2XWD 9HFZ 3R8N")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := Normalize(s)
		if (err != nil) != errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", s, err)
		}
		if err == nil && (Format(code) == code || strings.ReplaceAll(Format(code), "-", "") != code) {
			t.Errorf("%q is printed as %q", code, Format(code))
		}
	})
}
