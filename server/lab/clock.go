package lab

import (
	"sync"
	"time"
)

// A Clock provides the server's time. It can be set to any time and continues from
// there at the speed of its tick.
type Clock struct {
	tick func() time.Time

	moving sync.Mutex                // held while the clock is moved
	keep   func(time.Duration) error // saves how far it was moved; may be nil

	mu      sync.Mutex
	base    time.Time // the clock's time at mark
	mark    time.Time // the tick's time when base was set
	changed chan struct{}
}

// NewClock returns a clock that shows start now and then follows tick, which is the
// machine's clock except in tests. A zero start means tick's time.
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

// Keep moves the clock to the saved distance ahead of tick. From then on, each move
// first calls keep with the new distance. If keep fails, the clock is not moved.
func (c *Clock) Keep(ahead time.Duration, keep func(ahead time.Duration) error) {
	c.moving.Lock()
	defer c.moving.Unlock()
	c.set(c.tick().Add(ahead))
	c.keep = keep
}

// Set sets the clock to t. It continues from there.
func (c *Clock) Set(t time.Time) error { return c.move(func(time.Time) time.Time { return t }) }

// Advance moves the clock by d, back if d is negative.
func (c *Clock) Advance(d time.Duration) error {
	return c.move(func(now time.Time) time.Time { return now.Add(d) })
}

// Restart sets the clock to tick's time.
func (c *Clock) Restart() error {
	return c.move(func(time.Time) time.Time { return c.tick() })
}

func (c *Clock) move(to func(now time.Time) time.Time) error {
	c.moving.Lock()
	defer c.moving.Unlock()
	if c.keep != nil {
		if err := c.keep(to(c.Now()).Round(0).Sub(c.tick().Round(0))); err != nil {
			return err
		}
	}
	c.set(to(c.Now()))
	return nil
}

func (c *Clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.base, c.mark = t.UTC().Round(0), c.tick()
	close(c.changed)
	c.changed = make(chan struct{})
}

// Changed returns a channel that is closed the next time the clock is moved.
func (c *Clock) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}
