//go:build cgo && !nofido && linux

package libfido2_test

import (
	"os"
	"testing"
	"time"

	"nightlatch/fido/fidotest"
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
	fds := 0
	fidotest.Leaks(t, c, b, func() { fds = descriptors(t) }, func() {
		if n := descriptors(t); n > fds {
			t.Errorf("%d descriptors before, %d after", fds, n)
		}
	})
}
