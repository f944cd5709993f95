package control

import (
	"reflect"
	"slices"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// An overlay covers the page and has the keyboard focus until it is closed. Fyne keeps
// a focus for each overlay, so Tab stays inside, and the previous focus is restored
// afterwards.
type overlay struct {
	canvas fyne.Canvas
	top    fyne.CanvasObject
	before fyne.Focusable
	keys   func(*fyne.KeyEvent)
	open   bool
	gone   func() // called when it is closed; may be nil
}

// openOverlay shows an object over the whole canvas. Escape calls leave.
func openOverlay(c fyne.Canvas, top fyne.CanvasObject, leave func()) *overlay {
	o := &overlay{canvas: c, top: top, before: c.Focused(), keys: c.OnTypedKey(), open: true}
	if o.before != nil {
		o.before.FocusLost() // Fyne does not call it, and the caret would go on blinking
	}
	Bindings{Escape: leave}.Attach(c)
	c.Overlays().Add(top)
	return o
}

// close removes the overlay and restores the keyboard focus.
func (o *overlay) close() {
	if !o.open {
		return
	}
	o.open = false
	o.canvas.Overlays().Remove(o.top)
	o.canvas.SetOnTypedKey(o.keys)
	if o.gone != nil {
		o.gone()
	}
	if o.before == nil {
		return
	}
	returning = true
	switch back := o.back(); {
	case back == nil:
	case o.canvas.Focused() == back:
		back.FocusGained()
	default:
		o.canvas.Focus(back)
	}
	returning = false
}

// back is the object that had the focus before. If the page was drawn again in the
// meantime, it is the object of the same type and name, or nil.
func (o *overlay) back() (back fyne.Focusable) {
	was, ok := o.before.(fyne.CanvasObject)
	roots := append(slices.Clone(o.canvas.Overlays().List()), o.canvas.Content())
	if !ok || slices.ContainsFunc(roots, func(root fyne.CanvasObject) bool { return look.Path(root, was) != nil }) {
		return o.before
	}
	for _, root := range roots {
		look.Walk(root, func(n fyne.CanvasObject) bool {
			if f, ok := n.(fyne.Focusable); ok && called(n) == called(was) && reflect.TypeOf(n) == reflect.TypeOf(was) && look.Path(root, n) != nil {
				back = f
			}
			return back == nil
		})
	}
	return back
}

// called is the name of an object for screen readers.
func called(o fyne.CanvasObject) string {
	if n, ok := o.(interface{ AccessibilityLabel() string }); ok {
		return n.AccessibilityLabel()
	}
	return ""
}
