package main

import (
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// In the program, no other file configures the garbage collector or starts a
// collection.

// servePercent is GOGC of the headless server. The cost of a collection grows with the heap:
// 1 ms of CPU time, or 30 ms with 5,000 idle connections. Collections must become rarer as
// the heap grows, so the limit is a share of the heap. Hashes reuse their memory and make no
// garbage (package slowhash).
const servePercent = 50

// The program is idle when it allocated less than idleBytes during idleInterval.
const (
	idleInterval = 10 * time.Second
	idleBytes    = 1 << 20
)

// startPercent is GOGC until the window is shown. The heap then grows to about
// 20 MB without a collection, which would free nothing: what is made for the
// first frame stays in use.
const startPercent = 600

// tuneCollector sets the garbage collector for the headless server, until stop is called.
// Memory goes back to the system when the server is idle. docs/decisions/0065 has the
// figures.
//
// It does nothing if GOGC or GOMEMLIMIT is set.
func tuneCollector() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	percent := debug.SetGCPercent(servePercent)
	done := make(chan struct{})
	go freeWhenIdle(done)
	return func() {
		close(done)
		debug.SetGCPercent(percent)
	}
}

// postponeCollections keeps the collector from running while the window is made,
// until resume is called.
func postponeCollections() (resume func()) {
	percent := debug.SetGCPercent(startPercent)
	return func() { debug.SetGCPercent(percent) }
}

// collectorLimit returns the limit that GOMEMLIMIT sets, or 0.
func collectorLimit() uint64 {
	if own := debug.SetMemoryLimit(-1); own > 0 && own < math.MaxInt64 { // -1 changes nothing
		return uint64(own)
	}
	return 0
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
