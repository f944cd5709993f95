package control

import (
	"time"

	"fyne.io/fyne/v2"
)

// One press of a key or of the mouse does one thing. A key that is held down repeats, and
// the second click of a double click follows the first within a moment: by then the first
// may have put another button under the mouse or the focus. Neither presses that button.

// A keyboard knows which keys are held down.
type keyboard struct {
	used map[fyne.KeyName]bool // by key that is down: it has done something
}

// keys is the keyboard of this computer.
var keys = keyboard{used: map[fyne.KeyName]bool{}}

// KeyDown notes that a key was pressed. The window calls it for keys that no widget gets.
func KeyDown(k *fyne.KeyEvent) {
	act()
	keys.used[k.Name] = false
}

// KeyUp notes that a key was released.
func KeyUp(k *fyne.KeyEvent) { delete(keys.used, k.Name) }

// repeats reports whether a key has done something since it was pressed. It is called
// once for each event that would do something.
func (b *keyboard) repeats(k fyne.KeyName) bool {
	used, down := b.used[k]
	if down {
		b.used[k] = true
	}
	return used
}

// A mouse knows the last press, to recognise the second click of a double click.
type mouse struct {
	on fyne.CanvasObject
	at fyne.Position
	t  time.Time
}

// clicks is the mouse of this computer.
var clicks mouse

// sameSpot is how far the mouse moves at most within a double click, in points.
const sameSpot float32 = 6

// stray notes a press. It reports whether the press is the second click of a double click
// that began on another object, in the same place.
func (m *mouse) stray(on fyne.CanvasObject, at fyne.Position, now time.Time) bool {
	near := max(at.X-m.at.X, m.at.X-at.X) <= sameSpot && max(at.Y-m.at.Y, m.at.Y-at.Y) <= sameSpot
	if m.on != nil && m.on != on && near && now.Sub(m.t) < fyne.CurrentApp().Driver().DoubleTapDelay() {
		m.t = now // a third click is stray too
		return true
	}
	*m = mouse{on: on, at: at, t: now}
	return false
}
