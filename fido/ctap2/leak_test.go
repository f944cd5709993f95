package ctap2_test

import (
	"testing"
	"time"

	"nightlatch/fido/fidotest"
)

// It does not run in parallel: the goroutines of other tests would be counted.
func TestNothingLeaks(t *testing.T) {
	b := way.NewBench(t)
	fidotest.Leaks(t, way.NewClient(t, b, 10*time.Second), b, func() {}, func() {})
}
