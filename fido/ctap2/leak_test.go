package ctap2_test

import (
	"runtime"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/fidotest"
)

// TestNothingLeaks enrols many times, and unplugs the key every second time while it waits
// for a touch. It does not run in parallel: the goroutines of other tests would be counted.
func TestNothingLeaks(t *testing.T) {
	b := way.NewBench(t)
	c := way.NewClient(t, b, 10*time.Second)
	round := func(touched bool) {
		k := fidotest.Manual(t, b)
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
		_, err := c.Create(t.Context(), fido.Device{Path: k.Path, Transport: k.Transport}, fidotest.Creation(t, nil), &fidotest.Person{})
		if (err == nil) != touched {
			t.Fatalf("Create = %v", err)
		}
		<-done
		if err := b.Remove(k.ID); err != nil {
			t.Fatal(err)
		}
	}
	round(true)
	round(false)
	before := runtime.NumGoroutine()
	for i := range 200 {
		round(i%2 == 0)
	}
	for until := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(until); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines before, %d after", before, n)
	}
}
