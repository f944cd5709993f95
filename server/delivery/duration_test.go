package delivery

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		time.Hour:                      "1 hour",
		2 * time.Hour:                  "2 hours",
		90 * time.Minute:               "90 minutes",
		10 * time.Minute:               "10 minutes",
		10*time.Minute - time.Second:   "10 minutes",
		9*time.Minute + 50*time.Second: "9 minutes",
		time.Minute:                    "60 seconds",
		time.Second:                    "1 second",
		10 * time.Second:               "10 seconds",
		time.Hour + 30*time.Second:     "1 hour",
		time.Minute + 50*time.Second:   "110 seconds",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}
