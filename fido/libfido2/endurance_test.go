//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/fidotest"
	"nightlatch/fido/hidraw"
	"nightlatch/fido/virtual"
)

// A footprint is the resources of this process.
type footprint struct {
	descriptors, goroutines int
	heap, resident          int // bytes; Go's heap in use, and all memory including C's
}

func footprintOf(t *testing.T) footprint {
	t.Helper()
	debug.FreeOSMemory() // collects garbage and returns free memory to the system
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		t.Fatal(err)
	}
	return footprint{
		descriptors: descriptors(t),
		goroutines:  runtime.NumGoroutine(),
		heap:        int(m.HeapAlloc),
		resident:    pages * os.Getpagesize(),
	}
}

// settled waits until background goroutines have ended and returns the footprint.
func settled(t *testing.T, before footprint) footprint {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); ; runtime.Gosched() {
		now := footprintOf(t)
		if now.goroutines <= before.goroutines && now.descriptors <= before.descriptors || time.Now().After(until) {
			return now
		}
	}
}

// The maximum growth in 9,000 rounds, in bytes: per round 100 of Go's heap and 400 of all
// memory. The race detector needs additional memory.
const (
	plugs       = 10_000
	ceremonies  = plugs / 50 // every second one is interrupted by unplugging the key
	mostHeap    = 1 << 20
	mostOverall = 4 << 20
	racing      = 64 << 20
)

// TestADay plugs in and unplugs virtual keys and a hidraw device 10,000 times while a
// Watch runs, and uses some of them. The numbers of descriptors and goroutines and the
// memory must not grow. It does not run in parallel: the resources of other tests would
// be counted.
func TestADay(t *testing.T) {
	b, err := virtual.New(virtual.Config{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	usb := socket(t)
	c, err := fido.New(fido.Config{
		Open:    opener,
		Devices: fido.Combine(b.Devices, usb.Devices),
		Changes: fido.CombineChanges(fido.ChangesOnClose(b.Changed), usb.Changes),
		Origin:  origin,
	})
	if err != nil {
		t.Fatal(err)
	}
	create := creation(t, nil)
	day := func(from, to int) {
		for i := from; i < to; i++ {
			k := manual(t, b)
			node(t, usb, i%2 == 0)
			if i%(plugs/ceremonies) == 0 {
				fidotest.Use(t, c, b, k, create, i%(2*plugs/ceremonies) == 0)
			}
			if err := b.Remove(k.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := footprintOf(t)
	ctx, cancel := context.WithCancel(t.Context())
	var shown atomic.Int64
	watched, last := make(chan error, 1), make(chan struct{})
	go func() {
		watched <- c.Watch(ctx, func(ds []fido.Device, err error) {
			if err != nil {
				t.Error(err)
			}
			shown.Add(1)
			if len(ds) == 1 && ds[0].Product == "the last one" {
				close(last)
			}
		})
	}()
	begun := time.Now()
	day(0, plugs/10) // warm up: threads, C's arenas, the collector's pace
	morning := footprintOf(t)
	day(plugs/10, plugs)
	evening := settled(t, morning)
	took := time.Since(begun)
	if _, err := b.Plug("the last one", fido.USB, ""); err != nil {
		t.Fatal(err)
	}
	select {
	case <-last:
	case <-time.After(10 * time.Second):
		t.Error("a key is not noticed after the last round")
	}
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-watched; err != nil {
		t.Error(err)
	}
	night := settled(t, before)

	t.Logf("%d rounds in %v, shown %d times; %+v before, %+v after warming up, %+v after all rounds, %+v at the end",
		plugs, took, shown.Load(), before, morning, evening, night)
	if n := shown.Load(); n > 4+int64(took/time.Second) {
		t.Errorf("shown %d times in %v", n, took)
	}
	if evening.descriptors > morning.descriptors || night.descriptors > before.descriptors {
		t.Error("descriptors leak")
	}
	if evening.goroutines > morning.goroutines || night.goroutines > before.goroutines {
		t.Error("goroutines leak")
	}
	overall := mostOverall
	if raceDetector {
		overall = racing
	}
	if evening.heap-morning.heap > mostHeap || evening.resident-morning.resident > overall {
		t.Error("memory leaks")
	}
}

// socket returns a bus with simulated directories for one USB key.
func socket(t *testing.T) hidraw.Bus {
	t.Helper()
	root := t.TempDir()
	bus := hidraw.Bus{Sys: filepath.Join(root, "sys"), Dev: filepath.Join(root, "dev")}
	device := filepath.Join(bus.Sys, "class", "hidraw", "hidraw0", "device")
	for _, dir := range []string{bus.Dev, device} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(device, "report_descriptor"), []byte{0x06, 0xd0, 0xf1, 0x09, 0x01}, 0o600); err != nil {
		t.Fatal(err)
	}
	return bus
}

func node(t *testing.T, bus hidraw.Bus, in bool) {
	t.Helper()
	path := filepath.Join(bus.Dev, "hidraw0")
	var err error
	if in {
		err = os.WriteFile(path, nil, 0o600)
	} else {
		err = os.Remove(path)
	}
	if err != nil {
		t.Fatal(err)
	}
}
