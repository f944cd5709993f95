package kit

import (
	"time"

	"fyne.io/fyne/v2"
)

// A Clock is where parts that tick get the time and their ticks. The screens'
// scope gives it; the kit starts no goroutine. Ticks come on the thread that
// draws.
type Clock struct {
	Now   func() time.Time
	Every func(d time.Duration, tick func()) (stop func()) // nil: a picture, nothing moves
}

// A ticker holds what a part that ticks needs: it runs while the part can be
// seen, and no longer.
type ticker struct {
	clock Clock
	every time.Duration
	self  fyne.CanvasObject
	tick  func()
	stop  func()
}

// wake starts ticking, if it does not yet.
func (t *ticker) wake() {
	if t.stop != nil || t.clock.Every == nil {
		return
	}
	t.stop = t.clock.Every(t.every, func() {
		if t.stop == nil {
			return
		}
		if !showing(t.self) {
			t.sleep()
			return
		}
		t.tick()
	})
}

// sleep stops ticking until the part is drawn again.
func (t *ticker) sleep() {
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
}

// asleep is a renderer that stops what moves when Fyne lets go of it.
type asleep struct {
	fyne.WidgetRenderer
	sleep func()
}

func (r *asleep) Destroy() { r.sleep(); r.WidgetRenderer.Destroy() }
