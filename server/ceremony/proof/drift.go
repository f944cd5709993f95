package proof

import (
	"fmt"
	"strconv"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/otp"
)

// Drift refuses an app's code that is right for another time (R23). The refusal has the
// difference of the clocks in seconds, or in hours if one has the wrong time zone. It names
// both clocks, because either can be wrong.
func Drift(match otp.Match, now time.Time) api.Refusal {
	drift := match.DriftTime()
	seconds := int(drift / time.Second)
	refusal := ceremony.Refuse(ceremony.ClockDrift)
	by, direction, says := "", "ahead of", "The"
	if drift < 0 {
		drift, direction = -drift, "behind"
	}
	if match.Zone { // one wrong code in some thousands fits one of the zones, too
		says = "The code fits if the"
		refusal = ceremony.Refuse(ceremony.ClockZone)
		hours := float64(seconds) / 3600
		refusal.DriftHours = &hours
		by = plural(strconv.FormatFloat(drift.Hours(), 'f', -1, 64), "hour")
	} else {
		by = plural(strconv.Itoa(int(drift/time.Second)), "second")
	}
	refusal.Drift = &seconds
	refusal.Detail = fmt.Sprintf("%s clock of your phone is %s %s this server's clock, which shows %s. %s",
		says, by, direction, now.UTC().Format("15:04:05 UTC on 2 January 2006"), refusal.Detail)
	return refusal
}

func plural(n, unit string) string {
	if n == "1" {
		return n + " " + unit
	}
	return n + " " + unit + "s"
}
