package kit

import (
	"fyne.io/fyne/v2"
)

// An overlay lies over the page and has the keyboard until it is closed: Fyne
// keeps the focus of each overlay apart, so Tab stays inside, and what had the
// keyboard before has it again afterwards.
type overlay struct {
	canvas fyne.Canvas
	top    fyne.CanvasObject
	before fyne.Focusable
	keys   func(*fyne.KeyEvent)
	open   bool
}

// openOverlay shows an object over the whole canvas. Escape calls leave.
func openOverlay(c fyne.Canvas, top fyne.CanvasObject, leave func()) *overlay {
	o := &overlay{canvas: c, top: top, before: c.Focused(), keys: c.OnTypedKey(), open: true}
	if o.before != nil {
		o.before.FocusLost() // Fyne doesn't say so, and a caret would blink below
	}
	Keys{Escape: leave}.Attach(c)
	c.Overlays().Add(top)
	return o
}

// close takes the overlay away and gives the keyboard back.
func (o *overlay) close() {
	if !o.open {
		return
	}
	o.open = false
	o.canvas.Overlays().Remove(o.top)
	o.canvas.SetOnTypedKey(o.keys)
	if o.before != nil {
		if o.canvas.Focused() == o.before {
			o.before.FocusGained()
		} else {
			o.canvas.Focus(o.before)
		}
	}
}
