package kit

import (
	"reflect"
	"slices"

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
	Bindings{Escape: leave}.Attach(c)
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
	if o.before == nil {
		return
	}
	switch back := o.back(); {
	case back == nil:
	case o.canvas.Focused() == back:
		back.FocusGained()
	default:
		o.canvas.Focus(back)
	}
}

// back is what had the keyboard before. Where the page was drawn anew meanwhile it
// is what stands there with the same name; nil if nothing does.
func (o *overlay) back() (back fyne.Focusable) {
	was, ok := o.before.(fyne.CanvasObject)
	roots := append(slices.Clone(o.canvas.Overlays().List()), o.canvas.Content())
	if !ok || slices.ContainsFunc(roots, func(root fyne.CanvasObject) bool { return path(root, was) != nil }) {
		return o.before
	}
	for _, root := range roots {
		Walk(root, func(n fyne.CanvasObject) bool {
			if f, ok := n.(fyne.Focusable); ok && called(n) == called(was) && reflect.TypeOf(n) == reflect.TypeOf(was) && path(root, n) != nil {
				back = f
			}
			return back == nil
		})
	}
	return back
}

// called is what a screen reader calls an object.
func called(o fyne.CanvasObject) string {
	if n, ok := o.(interface{ AccessibilityLabel() string }); ok {
		return n.AccessibilityLabel()
	}
	return ""
}

// placed is the renderer of an overlay that puts its own parts in place.
type placed struct {
	layout func(fyne.Size)
	size   fyne.Size
	objs   []fyne.CanvasObject
}

func (r *placed) Layout(s fyne.Size) { r.size = s; r.layout(s) }
func (r *placed) MinSize() fyne.Size { return fyne.Size{} }
func (r *placed) Refresh() {
	r.layout(r.size)
	for _, o := range r.objs {
		o.Refresh()
	}
}
func (r *placed) Objects() []fyne.CanvasObject { return r.objs }
func (r *placed) Destroy()                     {}
