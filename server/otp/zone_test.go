package otp

import (
	"testing"
	"time"
)

// R23: a clock in another time zone is reported with the hours, and its code is never
// accepted, however the clocks' seconds differ.
func TestZones(t *testing.T) {
	t.Parallel()
	secret, err := NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, time.November, 2, 9, 41, 7, 0, time.UTC)
	for _, half := range []time.Duration{-28, -27, -11, -10, -3, -2, -1, 1, 2, 3, 9, 11, 24, 28} {
		zone := half * 30 * time.Minute
		for _, slack := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
			code, err := Code(secret, now.Add(zone+slack))
			if err != nil {
				t.Fatal(err)
			}
			for _, last := range []int64{0, step(now) - 10} {
				m := Verify(secret, code, now, last)
				if m.Outcome != Drifted || !m.Zone || m.DriftTime() != zone {
					t.Errorf("%s%+v, last %d: %+v", zone, slack, last, m)
				}
			}
		}
	}
	for _, other := range []time.Duration{11 * time.Minute, 25 * time.Minute, 15 * time.Hour, 75 * time.Minute} {
		code, err := Code(secret, now.Add(other))
		if err != nil {
			t.Fatal(err)
		}
		if m := Verify(secret, code, now, 0); m.Outcome != Wrong {
			t.Errorf("%s: %+v", other, m)
		}
	}
}
