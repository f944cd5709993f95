package delivery

import (
	"fmt"
	"time"
)

// leaving is the time that a message may take to leave the server.
const leaving = 5 * time.Second

// Duration writes a duration in English for the argument valid of a template: whole hours
// ("1 hour"), else minutes rounded down ("10 minutes"), below two minutes seconds. A few
// seconds that a message needs to leave do not count.
func Duration(d time.Duration) string {
	n, unit := int((d+leaving)/time.Minute), "minute"
	switch {
	case d < 2*time.Minute-leaving:
		n, unit = max(int(d/time.Second), 1), "second"
	case n%60 == 0:
		n, unit = n/60, "hour"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
