package signin_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// work is the cost of an answer, in counts that do not depend on the load of
// the machine.
type work struct {
	ops          string // the operations on the store, sorted in each transaction
	writes       int
	writtenBytes int
	mallocs      int
}

// wrongPassword measures a wrong password for a name.
func wrongPassword(w *World, username string) work {
	var did work
	var ops []string
	walk := w.Anonymous().Begin(api.SignIn)
	w.Trace(func(op, _ string, size int) {
		switch op {
		case "put", "create", "delete":
			did.writes++
			did.writtenBytes += max(size, 0)
			op = "write"
		}
		ops = append(ops, op)
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	walk.Answer(api.Credentials{Username: username, Password: "not the password"})
	runtime.ReadMemStats(&after)
	w.Trace(nil)
	did.ops = inTransactions(ops)
	did.mallocs = int(after.Mallocs - before.Mallocs)
	return did
}

// R42: a wrong password causes the same transactions, reads and writes and the
// same allocations for an existing and an unknown name, up to the wait and the
// lock. The test counts, because clocks are not reliable on a busy machine.
func TestKnownAndUnknownNamesAreTheSameWork(t *testing.T) { // not parallel: allocations are counted
	w := New(t, Setup{})
	const names = 12
	for i := range names {
		w.SignUp(fmt.Sprintf("known%02d", i))
	}
	var known, unknown work
	var mallocsKnown, mallocsUnknown []int
	for i := range names {
		var k, u work
		first, second := func() { k = wrongPassword(w, fmt.Sprintf("known%02d", i)) }, func() { u = wrongPassword(w, fmt.Sprintf("other%02d", i)) }
		if i%2 == 0 {
			first, second = second, first
		}
		first()
		second()
		if k.ops != u.ops {
			t.Fatalf("a known name:\n%s\nan unknown one:\n%s", k.ops, u.ops)
		}
		if i == 0 { // the first one fills caches
			continue
		}
		known, unknown = known.plus(k), unknown.plus(u)
		mallocsKnown, mallocsUnknown = append(mallocsKnown, k.mallocs), append(mallocsUnknown, u.mallocs)
	}
	// The middle ones: the runtime counts those of other goroutines as well.
	slices.Sort(mallocsKnown)
	slices.Sort(mallocsUnknown)
	known.mallocs, unknown.mallocs = mallocsKnown[len(mallocsKnown)/2], mallocsUnknown[len(mallocsUnknown)/2]
	// With the race detector sync.Pool drops objects at random, which the two names use
	// differently: up to 4.5 % more allocations were seen, and none without it.
	for what, pair := range map[string]struct {
		known, unknown int
		limit          float64
	}{
		"bytes written": {known.writtenBytes, unknown.writtenBytes, 0.03},
		"allocations":   {known.mallocs, unknown.mallocs, 0.08},
	} {
		if ratio := float64(pair.known) / float64(pair.unknown); math.Abs(ratio-1) > pair.limit {
			t.Errorf("%s: %d for a known name, %d for an unknown one: %.3f", what, pair.known, pair.unknown, ratio)
		}
	}
	for try := range 110 { // the wait starts after five, the lock after a hundred
		k, u := wrongPassword(w, "known00"), wrongPassword(w, "other00")
		if k.ops != u.ops { // a random waiting slot was taken: once in some thousand answers, of any name
			k, u = wrongPassword(w, "known00"), wrongPassword(w, "other00")
		}
		if k.ops != u.ops {
			t.Fatalf("try %d, a known name:\n%s\nan unknown one:\n%s", try+2, k.ops, u.ops)
		}
		w.Clock.Advance(2 * hour)
	}
}

// inTransactions sorts the operations within each transaction, because their
// order does not change the cost.
func inTransactions(ops []string) string {
	out, begin := slices.Clone(ops), 0
	for i := range len(out) + 1 {
		if i == len(out) || out[i] == "view" || out[i] == "update" {
			slices.Sort(out[min(begin+1, i):i])
			begin = i
		}
	}
	return strings.Join(out, " ")
}

const hour = 60 * 60 * 1e9

func (a work) plus(b work) work {
	return work{"", a.writes + b.writes, a.writtenBytes + b.writtenBytes, a.mallocs + b.mallocs}
}
