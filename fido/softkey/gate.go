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
}

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

// Touch touches the key.
func (g *Gate) Touch() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting > 0 {
		g.press()
		return
	}
	g.resting = time.Now().Add(g.Linger)
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
	return g.waiting > 0
}

func (g *Gate) notify() {
	if g.Changed != nil {
		g.Changed()
	}
}
