package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestIdleIsDetectedOnce(t *testing.T) {
	t.Parallel()
	var d idleDetector
	total := uint64(0)
	for i, look := range []struct {
		allocated uint64
		became    bool
	}{
		{0, false}, // it was never busy
		{idleBytes - 1, false},
		{idleBytes, false}, // busy
		{50 << 20, false},
		{idleBytes - 1, true},
		{10, false}, // idle already
		{idleBytes, false},
		{0, true},
	} {
		total += look.allocated
		if got := d.becameIdle(total); got != look.became {
			t.Errorf("call %d: becameIdle = %v", i, got)
		}
	}
}

// The window may follow a refused serve in the same process. It must get the
// runtime's default settings.
func TestCollectorIsSetBack(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent := debug.SetGCPercent(100)
	defer debug.SetGCPercent(percent)
	stop := tuneCollector()
	if got := debug.SetMemoryLimit(-1); got != math.MaxInt64 {
		t.Errorf("a memory limit of %d: collections would never end if more than that is in use", got)
	}
	if got := debug.SetGCPercent(servePercent); got != servePercent {
		t.Errorf("GOGC is %d", got)
	}
	stop()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("GOGC stays %d", got)
	}
}

func TestCollectionsResume(t *testing.T) {
	percent := debug.SetGCPercent(100)
	defer debug.SetGCPercent(percent)
	postponeCollections()()
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("GOGC stays %d", got)
	}
}

// The metric's name must exist, and its value must grow.
func TestAllocatedCounts(t *testing.T) {
	before := allocated()
	sink = make([]byte, 4<<20)
	if got := allocated() - before; got < 4<<20 {
		t.Errorf("4 MiB allocated count as %d", got)
	}
}

var sink []byte
