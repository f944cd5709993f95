package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestQuietBeginsOnce(t *testing.T) {
	t.Parallel()
	var q quiet
	total := uint64(0)
	for i, look := range []struct {
		allocated uint64
		begins    bool
	}{
		{0, false}, // it was never busy
		{quietBytes - 1, false},
		{quietBytes, false}, // busy
		{50 << 20, false},
		{quietBytes - 1, true},
		{10, false}, // it has given everything back already
		{quietBytes, false},
		{0, true},
	} {
		total += look.allocated
		if got := q.begins(total); got != look.begins {
			t.Errorf("look %d: begins = %v", i, got)
		}
	}
}

// TestThriftIsUndone: the window, which may follow a refused serve in the same
// process, has the runtime's own settings.
func TestThriftIsUndone(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent := debug.SetGCPercent(100)
	defer debug.SetGCPercent(percent)
	stop := thrift()
	if got := debug.SetMemoryLimit(-1); got > 1<<40 {
		t.Errorf("no limit: %d", got)
	}
	stop()
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("the limit stays: %d", got)
	}
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("GOGC stays %d", got)
	}
}

// TestAllocatedCounts: the name of the metric is right, and it grows.
func TestAllocatedCounts(t *testing.T) {
	before := allocated()
	sink = make([]byte, 4<<20)
	if got := allocated() - before; got < 4<<20 {
		t.Errorf("4 MiB allocated count as %d", got)
	}
}

var sink []byte
