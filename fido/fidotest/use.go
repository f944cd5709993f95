package fidotest

import (
	"runtime"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/virtual"
)

// Use enrols with a key, or unplugs it when it waits for a touch.
func Use(t *testing.T, c *fido.Client, b *virtual.Bench, k virtual.Key, create []byte, touched bool) {
	t.Helper()
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
	_, err := c.Create(t.Context(), fido.Device{Path: k.Path, Transport: k.Transport}, create, &Person{})
	if (err == nil) != touched {
		t.Fatalf("Create = %v", err)
	}
	<-done
}

// Leaks enrols many times, and unplugs the key every second time while it waits for a touch. No
// goroutine may be left. before is called when everything has started, and after at the end.
func Leaks(t *testing.T, c *fido.Client, b *virtual.Bench, before, after func()) {
	t.Helper()
	round := func(touched bool) {
		k := Manual(t, b)
		Use(t, c, b, k, Creation(t, nil), touched)
		if err := b.Remove(k.ID); err != nil {
			t.Fatal(err)
		}
	}
	round(true) // the first round starts Go's poller and its threads
	round(false)
	before()
	routines := runtime.NumGoroutine()
	for i := range 200 {
		round(i%2 == 0)
	}
	for until := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > routines && time.Now().Before(until); {
		runtime.Gosched()
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d goroutines before, %d after", routines, n)
	}
	after()
}
