package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// In the program, no other file configures the garbage collector or starts a
// collection.

// Memory limit of the headless server: heapBase for everything but hashing, and
// heapPerHash for each parallel Argon2id hash (19 MiB, plus half of that waiting
// to be collected).
const (
	heapBase    = 48 << 20
	heapPerHash = 30 << 20
)

// The program is idle when it allocated less than idleBytes during idleInterval.
const (
	idleInterval = 10 * time.Second
	idleBytes    = 1 << 20
)

// startPercent is GOGC until the window is shown. The heap then grows to about
// 20 MB without a collection, which would free nothing: what is made for the
// first frame stays in use.
const startPercent = 600

// collectHashes frees the memory of finished hashes, for account.HasherConfig. A collection
// takes about 1 ms; taking new memory from the system for each hash takes longer.
func collectHashes() { runtime.GC() }

// limitMemory makes the collector run only near a fixed memory limit, until stop
// is called. It keeps the memory of hashes mapped between sign-ins, so that the
// next hash does not fault it in again. Memory goes back to the system when the
// server is idle. docs/decisions/0028 has the figures.
//
// It does nothing if GOGC or GOMEMLIMIT is set.
func limitMemory() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	limit := debug.SetMemoryLimit(heapBase + heapPerHash*int64(runtime.GOMAXPROCS(0)))
	percent := debug.SetGCPercent(-1)
	done := make(chan struct{})
	go freeWhenIdle(done)
	return func() {
		close(done)
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// postponeCollections keeps the collector from running while the window is made,
// until resume is called.
func postponeCollections() (resume func()) {
	percent := debug.SetGCPercent(startPercent)
	return func() { debug.SetGCPercent(percent) }
}

// freeWhenIdle returns unused memory to the system each time the program becomes
// idle, until done is closed.
func freeWhenIdle(done <-chan struct{}) {
	tick := time.NewTicker(idleInterval)
	defer tick.Stop()
	var d idleDetector
	for {
		select {
		case <-tick.C:
			if d.becameIdle(allocated()) {
				debug.FreeOSMemory()
			}
		case <-done:
			return
		}
	}
}

// An idleDetector reports when a busy program becomes idle.
type idleDetector struct {
	last uint64 // bytes allocated at the previous call
	busy bool   // since the last time it became idle
}

// becameIdle must be called once per idleInterval with the total number of bytes
// allocated so far.
func (d *idleDetector) becameIdle(allocated uint64) bool {
	since := allocated - d.last
	d.last = allocated
	if since >= idleBytes {
		d.busy = true
		return false
	}
	became := d.busy
	d.busy = false
	return became
}

// allocated returns the total number of bytes allocated on the heap so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
