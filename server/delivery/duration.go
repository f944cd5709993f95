package delivery

import (
	"fmt"
	"time"
)

// Duration writes a duration in English for the argument valid of a template: whole hours
// ("1 hour"), else minutes rounded down ("10 minutes"), but at least one.
func Duration(d time.Duration) string {
	n, unit := max(int(d/time.Minute), 1), "minute"
	if n%60 == 0 {
		n, unit = n/60, "hour"
	}
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
