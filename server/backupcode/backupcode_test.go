package backupcode

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

var start = time.Date(2026, time.November, 22, 18, 0, 0, 0, time.UTC)

// cheapHash is a PHC string with cheap parameters. The account's salt takes them over, so
// that tests with the real hash are fast.
const cheapHash = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"

// A world is a store with one account in it.
type world struct {
	testing.TB
	store store.Store
	id    string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, store: storetest.New(t, func() time.Time { return start })}
	a := account.New("ann", cheapHash)
	w.id = a.ID
	w.update(func(tx store.Tx) error { return account.Create(tx, a) })
	return w
}

func (w *world) update(fn func(tx store.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// do runs fn on the account inside one transaction.
func (w *world) do(fn func(tx store.Tx, a *account.Account) error) {
	w.Helper()
	w.update(func(tx store.Tx) error {
		a, err := account.Load(tx, w.id)
		if err != nil {
			return err
		}
		return fn(tx, a)
	})
}

// sum replaces the slow hash. The code under test only compares sums.
func sum(code string) []byte { return []byte("sum of " + code) }

func (w *world) issue(codes ...string) {
	w.Helper()
	for _, code := range codes {
		w.do(func(tx store.Tx, a *account.Account) error {
			_, err := Issue(tx, a, sum(code), account.BackupCodesMax)
			return err
		})
	}
}

func (w *world) redeem(code string, p account.Policy) (o Outcome, number int) {
	w.Helper()
	w.do(func(tx store.Tx, a *account.Account) (err error) {
		o, number, err = Redeem(tx, a, sum(code), p)
		return err
	})
	return o, number
}

func (w *world) states() []State {
	w.Helper()
	var states []State
	w.update(func(tx store.Tx) error {
		entries, err := List(tx, w.id)
		states = make([]State, len(entries))
		for i, e := range entries {
			states[i] = e.State
		}
		return err
	})
	return states
}

// Every outcome of R72, R73 and R74 in both policies.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	const active, used, void = StateActive, StateUsed, StateVoid
	type try struct {
		code   string
		want   Outcome
		number int
	}
	for _, tt := range []struct {
		name              string
		tries             []try
		classic, hardened []State // of codes a, b, c afterwards
	}{
		{"in order R72", []try{{"a", Used, 1}, {"b", Used, 2}, {"c", Used, 3}}, []State{used, used, used}, []State{used, used, used}},
		{"unknown R74", []try{{"x", Unknown, 0}}, []State{active, active, active}, []State{active, active, active}},
		{"used twice R74", []try{{"a", Used, 1}, {"a", AlreadyUsed, 1}}, []State{used, active, active}, []State{used, active, active}},
		{"out of order R73", []try{{"b", OutOfOrder, 2}}, []State{void, void, void}, []State{active, active, active}},
		{"out of order after a use R73", []try{{"a", Used, 1}, {"c", OutOfOrder, 3}}, []State{used, void, void}, []State{used, active, active}},
	} {
		for p, want := range map[account.Policy][]State{account.Classic(): tt.classic, account.Hardened(): tt.hardened} {
			t.Run(tt.name+" "+p.Name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.issue("a", "b", "c")
				for _, try := range tt.tries {
					if got, number := w.redeem(try.code, p); got != try.want || number != try.number {
						t.Errorf("%s: %v, %d; want %v, %d", try.code, got, number, try.want, try.number)
					}
				}
				if got := w.states(); !slices.Equal(got, want) {
					t.Errorf("states %v; want %v", got, want)
				}
			})
		}
	}
}

// R73: after a code out of order, all old codes are void, and a new code works.
func TestNewCodeAfterAllWereVoidedR73(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a", "b")
	w.redeem("b", account.Classic())
	for code, number := range map[string]int{"a": 1, "b": 2} {
		if got, n := w.redeem(code, account.Classic()); got != IsVoid || n != number {
			t.Errorf("%s: %v, %d; want void, %d", code, got, n, number)
		}
	}
	w.issue("c")
	if got, n := w.redeem("c", account.Classic()); got != Used || n != 3 {
		t.Errorf("the new one: %v, %d", got, n)
	}
}

// R71: a sixth active code is refused. Replace voids all codes and issues one.
func TestFullR71(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a", "b", "c", "d", "e")
	err := w.store.Update(t.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, w.id)
		if err != nil {
			return err
		}
		_, err = Issue(tx, a, sum("f"), account.Classic().BackupCodesMax)
		return err
	})
	if !errors.Is(err, ErrFull) {
		t.Fatalf("the sixth: %v; want ErrFull", err)
	}
	w.do(func(tx store.Tx, a *account.Account) error {
		numbers, voided, err := Replace(tx, a, sum("f"))
		number := numbers[0]
		if number != 6 || voided != 5 {
			t.Errorf("Replace = %d, %d; want 6, 5", number, voided)
		}
		return err
	})
	w.update(func(tx store.Tx) error {
		n, next, err := active(tx, w.id)
		if n != 1 || next != 6 {
			t.Errorf("Active = %d, %d; want 1, 6", n, next)
		}
		return err
	})
	w.redeem("f", account.Classic())
	w.issue("g") // fewer than five are active now
}

// R61: turning two-factor off voids all codes.
func TestVoidAllR61(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a", "b")
	w.redeem("a", account.Classic())
	for _, want := range []int{1, 0} {
		w.do(func(tx store.Tx, a *account.Account) error {
			n, err := VoidAll(tx, a, api.EventBackupCodesVoided, 0)
			if n != want {
				t.Errorf("VoidAll = %d; want %d", n, want)
			}
			return err
		})
	}
	if got := w.states(); !slices.Equal(got, []State{StateUsed, StateVoid}) {
		t.Errorf("states %v", got)
	}
}

// R77: Check returns which code was typed and does not use it up.
func TestCheckR77(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a", "b", "c")
	w.redeem("a", account.Classic())
	for range 2 {
		for code, want := range map[string]struct {
			number int
			state  State
		}{"a": {1, StateUsed}, "b": {2, StateActive}, "c": {3, StateActive}, "x": {0, StateUnknown}} {
			w.update(func(tx store.Tx) error {
				number, state, err := Lookup(tx, w.id, sum(code))
				if number != want.number || state != want.state {
					t.Errorf("%s: %d, %s; want %d, %s", code, number, state, want.number, want.state)
				}
				return err
			})
		}
	}
	w.do(func(tx store.Tx, a *account.Account) error {
		_, err := VoidAll(tx, a, api.EventBackupCodesVoided, 0)
		return err
	})
	w.update(func(tx store.Tx) error {
		number, state, err := Lookup(tx, w.id, sum("b"))
		if number != 2 || state != StateVoid {
			t.Errorf("a void one: %d, %s", number, state)
		}
		return err
	})
}

// A hundred inactive codes are stored; older ones are unknown.
func TestOldRecordsAreDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := func(i int) string { return string(rune('A' + i)) }
	const many = inactiveMax + 10
	for i := range many {
		w.issue(code(i))
		if got, number := w.redeem(code(i), account.Classic()); got != Used || number != i+1 {
			t.Fatalf("code %d: %v, %d", i, got, number)
		}
	}
	w.issue(code(many), code(many+1))
	if got := len(w.states()); got != inactiveMax+2 {
		t.Errorf("%d codes remembered; want %d", got, inactiveMax+2)
	}
	if got, _ := w.redeem(code(0), account.Classic()); got != Unknown {
		t.Errorf("the oldest: %v; want unknown", got)
	}
	if got, _ := w.redeem(code(many-1), account.Classic()); got != AlreadyUsed {
		t.Errorf("the last used: %v; want already used", got)
	}
	if got, _ := w.redeem(code(many), account.Classic()); got != Used {
		t.Errorf("the next: %v; want used", got)
	}
}

// Of a hundred clients that redeem the same code simultaneously, exactly one succeeds. The
// test uses the real hash.
func TestOneWinner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hasher, err := account.NewHasher(account.HasherConfig{
		Parallel: 4, Queue: 200, Params: account.Params{Memory: 64, Time: 1, Threads: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	var a *account.Account
	w.do(func(_ store.Tx, loaded *account.Account) error { a = loaded; return nil })
	code := New()
	s, err := Sum(t.Context(), hasher, a, code)
	if err != nil {
		t.Fatal(err)
	}
	w.do(func(tx store.Tx, a *account.Account) error {
		_, err := Issue(tx, a, s, account.BackupCodesMax)
		return err
	})
	outcomes := make([]Outcome, 100)
	var wg sync.WaitGroup
	for i := range outcomes {
		wg.Go(func() {
			s, err := Sum(t.Context(), hasher, a, Format(code))
			if err != nil {
				t.Error(err)
				return
			}
			err = w.store.Update(t.Context(), func(tx store.Tx) error {
				a, err := account.Load(tx, w.id)
				if err != nil {
					return err
				}
				outcomes[i], _, err = Redeem(tx, a, s, account.Classic())
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	counts := map[Outcome]int{}
	for _, o := range outcomes {
		counts[o]++
	}
	if counts[Used] != 1 || counts[AlreadyUsed] != 99 {
		t.Errorf("outcomes %v; want one used, 99 already used", counts)
	}
}

func TestSumRefusesWhatIsNoCode(t *testing.T) {
	t.Parallel()
	hasher, err := account.NewHasher(account.HasherConfig{Parallel: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"", "123456", "7kmq-2xwd-9hfz-3r8u"} {
		if _, err := Sum(t.Context(), hasher, account.New("ann", ""), typed); !errors.Is(err, ErrMalformed) {
			t.Errorf("Sum(%q): %v; want ErrMalformed", typed, err)
		}
	}
}

func TestEntryOnTheWire(t *testing.T) {
	t.Parallel()
	if got := (Entry{Number: 2, State: StateActive, Created: start}).API(); got.Used != nil || got.State != "active" || got.Number != 2 {
		t.Errorf("API = %+v", got)
	}
	if got := (Entry{State: StateUsed, Used: start}).API(); got.Used == nil || !got.Used.Equal(start) {
		t.Errorf("API = %+v", got)
	}
}

// active returns the number of active codes, and the number of the code that
// sign-in asks for (R72), or 0.
func active(tx store.Tx, accountID string) (n, next int, err error) {
	a, err := account.Load(tx, accountID)
	if err != nil {
		return 0, 0, err
	}
	if n = len(a.ActiveBackupCodes); n > 0 {
		next = a.ActiveBackupCodes[0]
	}
	return n, next, nil
}
