//go:build cgo && !nofido && linux

package libfido2_test

import (
	"os"
	"runtime"
	"testing"
	"time"

	"nightlatch/fido/virtual"
)

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestNothingLeaks plugs in, enrols and unplugs many times, every second time during a
// touch. It does not run in parallel: the resources of other tests would be counted.
func TestNothingLeaks(t *testing.T) {
	b, err := virtual.New(virtual.Config{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	c := newClient(t, b, 10*time.Second)
	round := func(touched bool) {
		k := manual(t, b)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				changed := b.Changed()
				if seen, err := b.Key(k.ID); err != nil || seen.WaitingForTouch {
					break
				}
				<-changed
			}
			if touched {
				_ = b.Touch(k.ID)
			} else {
				_ = b.Unplug(k.ID)
			}
		}()
		_, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
		if (err == nil) != touched {
			t.Fatalf("Create = %v", err)
		}
		<-done
		if err := b.Remove(k.ID); err != nil {
			t.Fatal(err)
		}
	}
	round(true) // the first round starts Go's poller and its threads
	round(false)
	fds, routines := descriptors(t), runtime.NumGoroutine()
	for i := range 200 {
		round(i%2 == 0)
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > routines && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d goroutines before, %d after", routines, n)
	}
	if n := descriptors(t); n > fds {
		t.Errorf("%d descriptors before, %d after", fds, n)
	}
}
