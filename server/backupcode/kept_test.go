package backupcode

import (
	"errors"
	"slices"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// entries returns the list.
func (w *world) entries() (list []Entry) {
	w.Helper()
	w.update(func(tx store.Tx) (err error) { list, err = List(tx, w.id); return err })
	return list
}

func (w *world) keep(number int, how api.KeptHow) (err error) {
	w.Helper()
	w.do(func(tx store.Tx, a *account.Account) error {
		_, err = MarkKept(tx, a, number, how)
		return nil
	})
	return err
}

func (w *world) reachable() (numbers []int, unknown bool) {
	w.Helper()
	w.do(func(tx store.Tx, a *account.Account) (err error) {
		numbers, unknown, err = Reachable(tx, a)
		return err
	})
	return numbers, unknown
}

// R77: a code counts from the moment its owner has a copy, and only if sign-in can ask for
// it: every code before it has one too (R72).
func TestReachableR77(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a", "b", "c", "d")
	steps := []struct {
		keep int
		want []int
	}{{2, nil}, {1, []int{1, 2}}, {4, []int{1, 2}}, {3, []int{1, 2, 3, 4}}}
	for _, s := range steps {
		if err := w.keep(s.keep, api.KeptPrinted); err != nil {
			t.Fatal(err)
		}
		if got, unknown := w.reachable(); !slices.Equal(got, s.want) || unknown {
			t.Errorf("after number %d was kept: %v, unknown %t; want %v", s.keep, got, unknown, s.want)
		}
	}
	w.redeem("a", account.Classic())
	if got, _ := w.reachable(); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("after number 1 was used: %v", got)
	}
	if err := w.keep(1, api.KeptSaved); !errors.Is(err, ErrInactive) {
		t.Errorf("a used code: %v", err)
	}
	if err := w.keep(9, api.KeptSaved); !errors.Is(err, ErrUnknown) {
		t.Errorf("a code that does not exist: %v", err)
	}
}

// A record from before copies were recorded does not count, but it is not called unkept
// either: the code may have been printed.
func TestRecordFromBeforeKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a")
	w.update(func(tx store.Tx) error {
		return tx.Put(key(w.id, 1), []byte(`{"number":1,"sum":"c3VtIG9mIGE=","created":"2026-11-01T10:00:00Z"}`))
	})
	if got, unknown := w.reachable(); len(got) > 0 || !unknown {
		t.Errorf("%v, unknown %t", got, unknown)
	}
	if e := w.entries()[0]; !e.Copy.Unknown || e.Copy.Kept != "" {
		t.Errorf("%+v", e)
	}
	w.do(func(tx store.Tx, a *account.Account) error {
		number, state, err := CheckCopy(tx, a, sum("a"))
		if number != 1 || state != StateActive {
			t.Errorf("checked: %d, %s", number, state)
		}
		return err
	})
	if got, unknown := w.reachable(); !slices.Equal(got, []int{1}) || unknown {
		t.Errorf("after the check: %v, unknown %t", got, unknown)
	}
	w.do(func(tx store.Tx, a *account.Account) error {
		_, err := VoidAll(tx, a, api.EventTwoFactorOff, 0)
		return err
	})
	if e := w.entries()[0]; e.Void.By != api.EventTwoFactorOff || !e.Void.At.Equal(start) {
		t.Errorf("void: %+v", e)
	}
}

// R73: every void code names the code that was used out of order.
func TestVoidNamesItsCause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue("a", "b", "c")
	w.redeem("c", account.Classic())
	want := Void{At: start, By: api.EventBackupCodesVoided, Number: 3}
	for _, e := range w.entries() {
		if e.State != StateVoid || e.Void != want {
			t.Errorf("%+v, want %+v", e, want)
		}
	}
	w.do(func(tx store.Tx, a *account.Account) error {
		last, ok, err := LastVoid(tx, a)
		if !ok || last != want {
			t.Errorf("the last event: %+v, %t", last, ok)
		}
		return err
	})
	w.issue("d")
	w.do(func(tx store.Tx, a *account.Account) error {
		_, ok, err := LastVoid(tx, a)
		if ok {
			t.Error("a code is active")
		}
		return err
	})
}
