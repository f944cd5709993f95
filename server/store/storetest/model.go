package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/store"
)

var errRollback = errors.New("rolled back on purpose")

// testRandom runs random transactions on the store and on a map, and compares every
// result. The seed is fixed, so a failure can be repeated.
func testRandom(t *testing.T, s store.Store) {
	const transactions = 300
	rnd := rand.New(rand.NewPCG(1, 2))
	committed := make(map[string]string)
	for n := range transactions {
		plan := randomPlan(rnd)
		var after map[string]string
		err := s.Update(t.Context(), func(tx store.Tx) error {
			after = maps.Clone(committed)
			for i, op := range plan.ops {
				if err := op.compare(tx, after); err != nil {
					t.Fatalf("transaction %d, step %d: %v", n, i, err)
				}
			}
			if plan.rollback {
				return errRollback
			}
			return nil
		})
		switch {
		case plan.rollback && !errors.Is(err, errRollback), !plan.rollback && err != nil:
			t.Fatalf("transaction %d: %v", n, err)
		case err == nil:
			committed = after
		}
	}
	view(t, s, func(tx store.Tx) error {
		return operation{kind: opScan, limit: 1000}.compare(tx, committed)
	})
}

type plan struct {
	ops      []operation
	rollback bool
}

func randomPlan(rnd *rand.Rand) plan {
	p := plan{rollback: rnd.IntN(4) == 0}
	for range 1 + rnd.IntN(20) {
		p.ops = append(p.ops, operation{
			kind:  opKind(rnd.IntN(int(opKinds))),
			key:   randomKey(rnd),
			after: []string{"", randomKey(rnd)}[rnd.IntN(2)],
			value: strings.Repeat("v", rnd.IntN(300)) + fmt.Sprint(rnd.Int()),
			limit: rnd.IntN(12),
		})
	}
	return p
}

// randomKey returns one of a few keys, many of which are prefixes or neighbours of
// others.
func randomKey(rnd *rand.Rand) string {
	const alphabet = "a/b\x00\xff0"
	key := make([]byte, 1+rnd.IntN(3))
	for i := range key {
		key[i] = alphabet[rnd.IntN(len(alphabet))]
	}
	return string(key)
}

type opKind int

const (
	opGet opKind = iota
	opScan
	opCreate
	opPut
	opDelete
	opKinds
)

type operation struct {
	kind              opKind
	key, after, value string
	limit             int
}

// compare runs the operation on the transaction and on the model.
func (o operation) compare(tx store.Tx, model map[string]string) error {
	want, there := model[o.key]
	switch o.kind {
	case opGet:
		got, err := tx.Get(o.key)
		if string(got) != want || there != (err == nil) || !there && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("get %q: %d bytes, %v; want %d bytes, %v", o.key, len(got), err, len(want), there)
		}
	case opScan:
		return o.compareScan(tx, model)
	case opCreate:
		err := tx.Create(o.key, []byte(o.value))
		if there != errors.Is(err, store.ErrExists) || !there && err != nil {
			return fmt.Errorf("create %q: %v; was there: %v", o.key, err, there)
		}
		if !there {
			model[o.key] = o.value
		}
	case opPut:
		model[o.key] = o.value
		return tx.Put(o.key, []byte(o.value))
	case opDelete:
		delete(model, o.key)
		return tx.Delete(o.key)
	}
	return nil
}

func (o operation) compareScan(tx store.Tx, model map[string]string) error {
	var want []string
	for _, key := range slices.Sorted(maps.Keys(model)) {
		if strings.HasPrefix(key, o.key) && key > o.after && len(want) < o.limit {
			want = append(want, key+"="+model[key])
		}
	}
	items, err := tx.Scan(o.key, o.after, o.limit)
	if err != nil {
		return err
	}
	var got []string
	for _, it := range items {
		got = append(got, it.Key+"="+string(it.Value))
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("scan %q after %q limit %d: got %.200q, want %.200q", o.key, o.after, o.limit, got, want)
	}
	return nil
}
