package kit

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A Clock gives widgets the time and ticks. The caller provides it, because this
// package starts no goroutines. Ticks arrive on Fyne's thread.
type Clock struct {
	Now   func() time.Time
	Every func(d time.Duration, tick func()) (stop func()) // nil: nothing moves, for still pictures
}

// A ticker calls tick while its widget can be seen.
type ticker struct {
	clock Clock
	every time.Duration
	self  fyne.CanvasObject
	tick  func()
	stop  func()
}

// wake starts ticking, unless it ticks already.
func (t *ticker) wake() {
	if t.stop != nil || t.clock.Every == nil {
		return
	}
	t.stop = t.clock.Every(t.every, func() {
		if t.stop == nil {
			return
		}
		if !look.Showing(t.self) {
			t.sleep()
			return
		}
		t.tick()
	})
}

// sleep stops ticking until wake is called.
func (t *ticker) sleep() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
}

// asleep is a renderer that stops a ticker or an animation when Fyne destroys it.
type asleep struct {
	fyne.WidgetRenderer
	sleep func()
}

func (r *asleep) Destroy() { r.sleep(); r.WidgetRenderer.Destroy() }
