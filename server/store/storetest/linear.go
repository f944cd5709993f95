package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"nightlatch/server/store"
)

func testLinearizable(t *testing.T, s store.Store) {
	if err := Linearizable(t.Context(), s, 4000); err != nil {
		t.Error(err)
	}
}

// Linearizable runs about n concurrent operations on a few keys. Then porcupine searches
// for an order of them that explains every result and respects real time: an operation
// that ended before another began comes first.
func Linearizable(ctx context.Context, s store.Store, operations int) error {
	var (
		clock   atomic.Int64
		mu      sync.Mutex
		history []porcupine.Operation
	)
	rounds := operations / writers
	err := race(func(client int) error {
		rnd := rand.New(rand.NewPCG(uint64(client), 7))
		for round := range rounds {
			in := call{
				kind: callKind(rnd.IntN(int(callKinds))),
				// Use new keys often: the search time grows fast with the number
				// of calls on one key and how many of them overlap.
				key:   strconv.Itoa(round/16*16 + rnd.IntN(16)),
				value: fmt.Sprintf("%d.%d", client, round),
			}
			began := clock.Add(1)
			out, err := in.run(ctx, s)
			ended := clock.Add(1)
			if err != nil {
				return err
			}
			mu.Lock()
			history = append(history, porcupine.Operation{
				ClientId: client, Input: in, Call: began, Output: out, Return: ended,
			})
			mu.Unlock()
		}
		return nil
	})
	if err != nil {
		return err
	}
	switch porcupine.CheckOperationsTimeout(register, history, time.Minute) {
	case porcupine.Illegal:
		return fmt.Errorf("no order of %d operations explains their answers", len(history))
	case porcupine.Unknown:
		return fmt.Errorf("%d operations could not be checked within a minute", len(history))
	}
	return nil
}

type callKind int

const (
	callGet callKind = iota
	callPut
	callCreate
	callTake // read and delete, as when a code is used up
	callKinds
)

type call struct {
	kind       callKind
	key, value string
}

// An answer is the result of a call: the value before it, if the call reads it.
type answer struct {
	value string
	there bool
}

func (c call) run(ctx context.Context, s store.Store) (out answer, err error) {
	key := "lin/" + c.key
	if c.kind == callGet {
		out.value, out.there, err = read(ctx, s, key)
		return out, err
	}
	err = s.Update(ctx, func(tx store.Tx) error {
		out = answer{}
		if c.kind == callPut {
			return tx.Put(key, []byte(c.value))
		}
		v, err := tx.Get(key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		out = answer{string(v), err == nil}
		switch {
		case c.kind == callCreate && !out.there:
			return tx.Create(key, []byte(c.value))
		case c.kind == callTake && out.there:
			return tx.Delete(key)
		}
		return nil
	})
	return out, err
}

// register is porcupine's model of one key. The state is an answer.
var register = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := make(map[string][]porcupine.Operation)
		for _, op := range history {
			key := op.Input.(call).key
			byKey[key] = append(byKey[key], op)
		}
		parts := make([][]porcupine.Operation, 0, len(byKey))
		for _, part := range byKey {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return answer{} },
	Step: func(state, input, output any) (bool, any) {
		now, in, out := state.(answer), input.(call), output.(answer)
		switch in.kind {
		case callPut:
			return true, answer{in.value, true}
		case callCreate:
			if !now.there {
				return out == now, answer{in.value, true}
			}
		case callTake:
			return out == now, answer{}
		}
		return out == now, now
	},
}
