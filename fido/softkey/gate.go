package softkey

import (
	"context"
	"sync"
	"time"
)

// A Gate is a Touch that a program controls: it is touched when the program calls
// Touch, or automatically. The zero value waits for Touch.
type Gate struct {
	// Linger is how long a touch lasts if the key is not waiting for one yet. A
	// ceremony that begins in that time is touched. Set it before use.
	Linger time.Duration
	// Changed, if set, is called when Waiting changes. It must not block.
	Changed func()

	mu      sync.Mutex
	auto    bool
	waiting int
	resting time.Time     // until when an early touch counts
	pressed chan struct{} // closed by a touch; nil if there is no Wait
	polled  time.Time     // until when Waiting is true after a Poll
	pause   *time.Timer   // calls Changed at that time
}

// pollLife is how long a key waits for a touch after the last poll. Hosts poll about
// ten times a second.
const pollLife = time.Second

// Wait returns nil after a touch, or ctx's error if it ends first.
func (g *Gate) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if g.auto || time.Now().Before(g.resting) {
		g.resting = time.Time{}
		g.mu.Unlock()
		return nil
	}
	if g.pressed == nil {
		g.pressed = make(chan struct{})
	}
	pressed := g.pressed
	g.waiting++
	g.mu.Unlock()
	g.notify()

	defer g.notify()
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.waiting--
	}()
	select {
	case <-pressed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Poll reports whether the gate was touched. If not, the gate waits for a touch until
// it has not been polled for a second.
func (g *Gate) Poll() bool {
	touched, changed := g.poll(time.Now())
	if changed {
		g.notify()
	}
	return touched
}

func (g *Gate) poll(now time.Time) (touched, changed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := now.Before(g.polled)
	if g.pause != nil {
		g.pause.Stop()
	}
	if g.auto || now.Before(g.resting) {
		g.resting, g.polled = time.Time{}, time.Time{}
		return true, before
	}
	g.polled = now.Add(pollLife)
	g.pause = time.AfterFunc(pollLife, g.notify)
	return false, !before
}

// Touch touches the key once.
func (g *Gate) Touch() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	switch {
	case g.waiting > 0:
		g.press()
	case now.Before(g.polled):
		g.resting = now.Add(max(g.Linger, pollLife)) // long enough for the next poll
	default:
		g.resting = now.Add(g.Linger)
	}
}

// SetAuto turns automatic touches on or off.
func (g *Gate) SetAuto(auto bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.auto = auto
	if auto {
		g.press()
	}
}

func (g *Gate) press() {
	if g.pressed != nil {
		close(g.pressed)
		g.pressed = nil
	}
}

// Auto reports whether automatic touches are on.
func (g *Gate) Auto() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.auto
}

// Waiting reports whether the key waits for a touch.
func (g *Gate) Waiting() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.waiting > 0 || time.Now().Before(g.polled)
}

func (g *Gate) notify() {
	if g.Changed != nil {
		g.Changed()
	}
}
