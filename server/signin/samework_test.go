package signin_test

import (
	"fmt"
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
	for i := range names {
		k, u := wrongPassword(w, fmt.Sprintf("known%02d", i)), wrongPassword(w, fmt.Sprintf("other%02d", i))
		if k.ops != u.ops {
			t.Fatalf("a known name:\n%s\nan unknown one:\n%s", k.ops, u.ops)
		}
		if i == 0 { // the first one fills caches
			continue
		}
		known, unknown = known.plus(k), unknown.plus(u)
	}
	for what, pair := range map[string][2]int{
		"bytes written": {known.writtenBytes, unknown.writtenBytes},
		"allocations":   {known.mallocs, unknown.mallocs},
	} {
		if ratio := float64(pair[0]) / float64(pair[1]); ratio < 0.97 || ratio > 1.03 {
			t.Errorf("%s: %d for a known name, %d for an unknown one: %.3f", what, pair[0], pair[1], ratio)
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
