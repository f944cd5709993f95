package kit

import (
	"fyne.io/fyne/v2"
)

// A keyboard remembers what had the keyboard when the mouse was pressed. Fyne takes
// it away between MouseDown and Tapped from whatever isn't under the mouse; whoever
// copies a code from beside a field wants to go on in the field.
type keyboard struct {
	canvas fyne.Canvas
	at     fyne.Focusable
}

// note is for MouseDown.
func (k *keyboard) note(c fyne.Canvas) {
	*k = keyboard{canvas: c}
	if c != nil {
		k.at = c.Focused()
	}
}

// giveBack is for Tapped. Nothing scrolls by it. What is gone gets nothing back, nor
// does the rail: a press on the page leads to the page.
func (k *keyboard) giveBack() {
	at, ok := k.at.(fyne.CanvasObject)
	back, canvas := k.at, k.canvas
	*k = keyboard{}
	if !ok || canvas == nil || canvas.Focused() != nil {
		return
	}
	way := wayTo(at)
	for _, o := range way {
		if _, rail := o.(*SideRail); rail {
			return
		}
	}
	if way != nil {
		unmoved = true
		canvas.Focus(back)
		unmoved = false
	}
}

// unmoved keeps reveal from scrolling while the keyboard is given back.
var unmoved bool
