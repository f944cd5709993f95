package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
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

// A Backdrop lies under all that is in a window and takes the presses that nothing
// else takes. With such a press Fyne takes the keyboard from whatever has it; the
// Backdrop gives it back, so that looking at a code doesn't stop one typing it.
type Backdrop struct {
	widget.BaseWidget
	canvas fyne.Canvas
	had    keyboard
}

// NewBackdrop makes the ground of a canvas.
func NewBackdrop(c fyne.Canvas) *Backdrop {
	g := &Backdrop{canvas: c}
	g.ExtendBaseWidget(g)
	return g
}

// MouseDown notes what has the keyboard, before Fyne takes it away.
func (g *Backdrop) MouseDown(*desktop.MouseEvent) { g.had.note(g.canvas) }

// MouseUp is part of desktop.Mouseable.
func (g *Backdrop) MouseUp(*desktop.MouseEvent) {}

// Tapped gives the keyboard back.
func (g *Backdrop) Tapped(*fyne.PointEvent) { g.had.giveBack() }

// MinSize is nothing: the ground takes the room that there is.
func (g *Backdrop) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer is Fyne's: there is nothing to see.
func (g *Backdrop) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(Z()) }
