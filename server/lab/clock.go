package lab

import (
	"sync"
	"time"
)

// A Clock is the time the server lives in. It can be set to any moment and runs
// on from there at the speed of its tick.
type Clock struct {
	tick func() time.Time

	mu      sync.Mutex
	base    time.Time // what the clock said at mark
	mark    time.Time // tick's time when base was set
	changed chan struct{}
}

// NewClock returns a clock that says start now and follows tick, which is the
// machine's own clock outside tests. A zero start means tick's time.
func NewClock(start time.Time, tick func() time.Time) *Clock {
	mark := tick()
	if start.IsZero() {
		start = mark
	}
	return &Clock{tick: tick, base: start.UTC().Round(0), mark: mark, changed: make(chan struct{})}
}

// Now returns the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return c.base.Add(c.tick().Sub(c.mark)) }

// Set makes the clock say t and run on from there.
func (c *Clock) Set(t time.Time) { c.move(func(time.Time) time.Time { return t }) }

// Advance moves the clock by d, back if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.move(func(now time.Time) time.Time { return now.Add(d) })
}

// Restart makes the clock say what tick says.
func (c *Clock) Restart() {
	c.move(func(time.Time) time.Time { return c.tick() })
}

func (c *Clock) move(to func(now time.Time) time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := to(c.now()).UTC().Round(0)
	c.base, c.mark = next, c.tick()
	close(c.changed)
	c.changed = make(chan struct{})
}

// Changed returns a channel that is closed the next time the clock is moved.
// That it runs is no change.
func (c *Clock) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}
