package otp

import "time"

// A clock that is set to another time zone is off by whole hours, or by a half or three
// quarters where a zone has them (R23). A computer with two systems, one of which takes the
// hardware clock for local time, is the usual case.
const (
	zoneMax  = 14 * time.Hour
	zoneUnit = 30 * time.Minute
)

// oddZones are the offsets of zones with three quarters: Nepal, Eucla, the Chatham Islands
// in winter and in summer.
var oddZones = []time.Duration{
	5*time.Hour + 45*time.Minute, 8*time.Hour + 45*time.Minute,
	12*time.Hour + 45*time.Minute, 13*time.Hour + 45*time.Minute,
}

// zoneOffsets are the differences that a wrong time zone makes, in steps.
var zoneOffsets = func() (offsets []int64) {
	add := func(d time.Duration) {
		offsets = append(offsets, -int64(d/Period), int64(d/Period))
	}
	for d := zoneUnit; d <= zoneMax; d += zoneUnit {
		add(d)
	}
	for _, d := range oddZones {
		add(d)
	}
	return offsets
}()

// searchZones looks for a code of a clock in another zone. Such a code is never accepted.
// It tries every offset, so that the time does not depend on the code.
func searchZones(secret, code string, now int64) (best Match) {
	for _, offset := range zoneOffsets {
		found := search(secret, code, now, 0, offset-window, offset+window)
		if found.Outcome == Wrong {
			continue
		}
		found = Match{Outcome: Drifted, Step: found.Step, Drift: int(offset), Zone: true}
		if best.Outcome == Wrong || abs(found.Drift) < abs(best.Drift) {
			best = found
		}
	}
	return best
}
