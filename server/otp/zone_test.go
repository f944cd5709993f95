package otp

import (
	"testing"
	"time"
)

// R23: a clock in another time zone is reported with the difference in hours.
// Its code is never accepted, even if the seconds of the clocks differ.
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

// An accepted code is reported as used at any later time (R22). It does not
// count as a sign of another time zone, even after a whole number of hours.
func TestAcceptedCodeIsUsedHoursLaterR22(t *testing.T) {
	t.Parallel()
	secret, err := NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.November, 2, 9, 41, 7, 0, time.UTC)
	code, err := Code(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour - Period, time.Hour, 90 * time.Minute, 5*time.Hour + 45*time.Minute, 14 * time.Hour} {
		if m := Verify(secret, code, at.Add(later), step(at)); m.Outcome != Replayed {
			t.Errorf("%s later: %+v", later, m)
		}
	}
	// A code from before the accepted one still indicates a wrong zone.
	if m := Verify(secret, code, at.Add(time.Hour), step(at)+5); m.Outcome != Drifted || !m.Zone {
		t.Errorf("a code that was not accepted: %+v", m)
	}
}
