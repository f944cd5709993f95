package otp

import "time"

// A clock in another time zone is off by whole or half hours, or by three
// quarters of an hour (R23). The usual case is a computer with two systems,
// one of which takes the hardware clock for local time.
const (
	zoneMax  = 14 * time.Hour
	zoneUnit = 30 * time.Minute
)

// oddZones are the offsets of zones with three quarters of an hour: Nepal,
// Eucla, and the Chatham Islands in winter and in summer.
var oddZones = []time.Duration{
	5*time.Hour + 45*time.Minute, 8*time.Hour + 45*time.Minute,
	12*time.Hour + 45*time.Minute, 13*time.Hour + 45*time.Minute,
}

// zoneOffsets are the possible differences between two time zones, in steps.
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

// searchZones finds the code of a clock in another zone. Such a code is never
// accepted. It tries every offset, so that the time does not depend on the
// code.
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
