package control

import (
	"time"

	"fyne.io/fyne/v2"
)

// One press of a key or of the mouse has one effect. A key that is held down
// repeats, and a double click sends a second click a moment later. By then,
// the first one may have moved another button under the mouse or the focus.
// The repeat and the second click do not press that button.

// A keyboard records which keys are held down.
type keyboard struct {
	used map[fyne.KeyName]bool // for each key that is down: whether it has had an effect
}

// keys is the keyboard of this computer.
var keys = keyboard{used: map[fyne.KeyName]bool{}}

// KeyDown records that a key was pressed. The window calls it for keys that no
// widget gets.
func KeyDown(k *fyne.KeyEvent) {
	act()
	uses++
	if !isModifier(k.Name) {
		UseKeyboard(true)
	}
	keys.used[k.Name] = false
}

// KeyUp records that a key was released.
func KeyUp(k *fyne.KeyEvent) { delete(keys.used, k.Name) }

// repeats reports whether a key has had an effect since it was pressed. It
// must be called once for each event that would have an effect.
func (b *keyboard) repeats(k fyne.KeyName) bool {
	used, down := b.used[k]
	if down {
		b.used[k] = true
	}
	return used
}

// A mouse records the last press, to recognise the second click of a double
// click.
type mouse struct {
	on fyne.CanvasObject
	at fyne.Position
	t  time.Time
}

// clicks is the mouse of this computer.
var clicks mouse

// sameSpot is the maximum movement of the mouse within a double click, in
// points.
const sameSpot float32 = 6

// stray records a press. It reports whether the press is the second click, in
// the same place, of a double click that began on another object.
func (m *mouse) stray(on fyne.CanvasObject, at fyne.Position, now time.Time) bool {
	near := max(at.X-m.at.X, m.at.X-at.X) <= sameSpot && max(at.Y-m.at.Y, m.at.Y-at.Y) <= sameSpot
	if m.on != nil && m.on != on && near && now.Sub(m.t) < fyne.CurrentApp().Driver().DoubleTapDelay() {
		m.t = now // a third click is stray too
		return true
	}
	*m = mouse{on: on, at: at, t: now}
	return false
}
