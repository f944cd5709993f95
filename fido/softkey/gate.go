package softkey

import (
	"context"
	"sync"
	"time"
)

// A Gate is a Touch worked by a program: a person in the lab presses a button, or
// it is touched by itself. The zero value waits to be touched.
type Gate struct {
	// Linger is how long a finger rests on a key that is not waiting yet; a
	// ceremony that begins meanwhile finds the key touched. Set it before use.
	Linger time.Duration
	// Changed is called, if it is set, when Waiting changes. It must not block.
	Changed func()

	mu      sync.Mutex
	auto    bool
	waiting int
	resting time.Time     // until when the finger rests
	pressed chan struct{} // closed by a touch; nil while nobody waits
	polled  time.Time     // until when the key is taken to be polled
	pause   *time.Timer   // tells when it is so no more
}

// pollLife is how long a key waits for a touch after it was last polled. Hosts ask
// some ten times a second.
const pollLife = time.Second

// Wait returns nil once the gate is touched, or the error of ctx.
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

// Poll tells whether the gate was touched. If not, it waits to be touched until it
// has not been polled for a while.
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

// Touch touches the key.
func (g *Gate) Touch() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	switch {
	case g.waiting > 0:
		g.press()
	case now.Before(g.polled):
		g.resting = now.Add(max(g.Linger, pollLife)) // until it is polled again
	default:
		g.resting = now.Add(g.Linger)
	}
}

// SetAuto makes the key touch itself, or stops that.
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

// Auto tells whether the key touches itself.
func (g *Gate) Auto() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.auto
}

// Waiting tells whether the key waits to be touched.
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
