package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A focusMemory remembers which object had the keyboard focus when the mouse was
// pressed. Between MouseDown and Tapped, Fyne removes the focus from an object that
// is not under the mouse. A user who copies a code from beside a field wants to
// continue typing in the field.
type focusMemory struct {
	canvas fyne.Canvas
	at     fyne.Focusable
}

// note remembers the focus; MouseDown calls it.
func (k *focusMemory) note(c fyne.Canvas) {
	*k = focusMemory{canvas: c}
	if c != nil {
		k.at = c.Focused()
	}
}

// giveBack restores the focus without scrolling; Tapped calls it. It does nothing if
// the object is no longer on the canvas, or is in the rail: after a press on the page
// the focus belongs to the page.
func (k *focusMemory) giveBack() {
	at, ok := k.at.(fyne.CanvasObject)
	back, canvas := k.at, k.canvas
	*k = focusMemory{}
	if !ok || canvas == nil || canvas.Focused() != nil {
		return
	}
	way := look.PathTo(at)
	for _, o := range way {
		if _, rail := o.(*SideRail); rail {
			return
		}
	}
	if way != nil {
		unmoved = true
		Return(canvas, back)
		unmoved = false
	}
}

// unmoved keeps reveal from scrolling while giveBack restores the focus.
var unmoved bool

// latest is the object that got the focus last.
var latest fyne.Focusable

// returning is set while an object gets a focus back that it, or the object in its place
// before the screen was drawn again, had already.
var returning bool

// arrives reports whether an object that gets the focus gets it anew: by Tab, or as the
// first object of a screen. It does not if the window only comes to the front again, or if
// the focus returns. A field selects its text when the focus arrives, so that typing
// replaces it.
func arrives(f fyne.Focusable) bool {
	again := latest == f || returning
	latest = f
	return !again
}

// Return gives an object the focus that it had before.
func Return(c fyne.Canvas, f fyne.Focusable) {
	returning = true
	c.Focus(f)
	returning = false
}

// Succeed gives the focus to the object that took the place of another one when the screen
// was drawn again. A field keeps the caret.
func Succeed(c fyne.Canvas, was fyne.CanvasObject, f fyne.Focusable) {
	Return(c, f)
	old, ok := was.(*entry)
	if now, field := f.(*entry); ok && field && now != old {
		now.succeed(old)
	}
}

// A Backdrop is behind everything in a window and receives the presses that no other
// object takes. With such a press Fyne removes the keyboard focus; the Backdrop
// restores it, so that a stray press does not interrupt typing.
type Backdrop struct {
	widget.BaseWidget
	canvas fyne.Canvas
	had    focusMemory
}

// NewBackdrop makes the backdrop of a canvas.
func NewBackdrop(c fyne.Canvas) *Backdrop {
	g := &Backdrop{canvas: c}
	g.ExtendBaseWidget(g)
	return g
}

// MouseDown notes the keyboard focus before Fyne removes it.
func (g *Backdrop) MouseDown(*desktop.MouseEvent) {
	mouseUsed()
	g.had.note(g.canvas)
}

// MouseUp is part of desktop.Mouseable.
func (g *Backdrop) MouseUp(*desktop.MouseEvent) {}

// Tapped restores the keyboard focus.
func (g *Backdrop) Tapped(*fyne.PointEvent) {
	act()
	g.had.giveBack()
}

// MinSize is zero: the backdrop fills the window.
func (g *Backdrop) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements fyne.Widget. A backdrop is invisible.
func (g *Backdrop) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(look.Z()) }

// Reveal scrolls an object that is shown into view.
func Reveal(o fyne.CanvasObject) { reveal(o) }

// reveal scrolls every Scroll around an object so that the object and its focus ring
// can be seen.
func reveal(o fyne.CanvasObject) {
	if unmoved {
		return
	}
	const room = look.S12
	way := look.PathTo(o)
	for i := range way {
		s, ok := way[i].(*container.Scroll)
		if !ok {
			continue
		}
		top := float32(0) // of the object within the content of the scroll
		for _, p := range way[i+2:] {
			top += p.Position().Y
		}
		bottom, at := top+o.Size().Height+room, s.Offset
		if bottom > at.Y+s.Size().Height {
			at.Y = bottom - s.Size().Height
		}
		if top-room < at.Y { // the top has priority if the object is higher than the view
			at.Y = fyne.Max(0, top-room)
		}
		s.ScrollToOffset(at)
	}
}
