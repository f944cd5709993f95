package ratelimit

import (
	"time"

	"nightlatch/server/store"
)

// hour is the time in which a shared limit counts failures that a success does
// not remove.
const hour = time.Hour

// inAnHour is how many attempts the waits allow in an hour if nothing succeeds.
func (l Limit) inAnHour() int {
	n := max(l.Free, 1)
	for at := l.wait(n); at < hour && n < maxInAnHour; at += l.wait(n) {
		n++
	}
	return n
}

// maxInAnHour bounds the list of a limit whose waits are short.
const maxInAnHour = 100

// lastHour returns the failures of the last hour. Those in the future are dropped: the
// clock was set back (R86).
func (l Limit) lastHour(failures []time.Time, now time.Time) []time.Time {
	var last []time.Time
	for _, at := range failures {
		if l.Shared && now.Sub(at) < hour && !store.Future(now, at) {
			last = append(last, at)
		}
	}
	return last
}

// hourIsOver returns when the hour has room for another failure; zero: now.
func (l Limit) hourIsOver(failures []time.Time) time.Time {
	if n := len(failures) - l.inAnHour(); l.Shared && n >= 0 {
		return failures[n].Add(hour)
	}
	return time.Time{}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
