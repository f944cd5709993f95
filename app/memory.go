package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The heap of a server that only serves: what it needs beside its hashes, and what
// each of them takes: 19 MiB, and half as much again that waits to be collected.
const (
	heapBase    = 48 << 20
	heapPerHash = 30 << 20
)

// A pause of quietSpan in which fewer than quietBytes were allocated is quiet.
const (
	quietSpan  = 10 * time.Second
	quietBytes = 1 << 20
)

// thrift keeps the server small, and keeps the memory it hashes in.
//
// account.Hasher has the memory of a hash collected. What is left for the
// collector is the small change of requests, so it may wait until the program is
// at its limit: between collections the runtime then gives no memory back to the
// system which the next hash would take again page by page. In a quiet moment
// all of it is given back. docs/decisions/0028 has the figures.
//
// Whoever sets GOGC or GOMEMLIMIT has it their way. Call stop at the end.
func thrift() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	limit := debug.SetMemoryLimit(heapBase + heapPerHash*int64(runtime.GOMAXPROCS(0)))
	percent := debug.SetGCPercent(-1)
	done := make(chan struct{})
	go giveBack(done)
	return func() {
		close(done)
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// giveBack returns unused memory to the system whenever the program has become
// quiet, until done is closed.
func giveBack(done <-chan struct{}) {
	tick := time.NewTicker(quietSpan)
	defer tick.Stop()
	var q quiet
	for {
		select {
		case <-tick.C:
			if q.begins(allocated()) {
				debug.FreeOSMemory()
			}
		case <-done:
			return
		}
	}
}

// A quiet tells when a program that was busy has become quiet.
type quiet struct {
	last uint64 // bytes allocated by the last look
	busy bool   // since memory was last given back
}

// begins is asked once a span with the bytes allocated so far.
func (q *quiet) begins(allocated uint64) bool {
	since := allocated - q.last
	q.last = allocated
	if since >= quietBytes {
		q.busy = true
		return false
	}
	begins := q.busy
	q.busy = false
	return begins
}

// allocated is how many bytes the program has allocated on the heap so far.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
