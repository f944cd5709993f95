package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// A Holder is a widget that says what is inside it; Fyne has no public way to ask.
// A widget of a screen's own that holds parts of this kit should be one, so that
// they scroll into view when they get the keyboard.
type Holder interface{ Held() []fyne.CanvasObject }

// Children are what an object holds, in reading order; nil for a part that holds
// nothing or does not say.
func Children(o fyne.CanvasObject) []fyne.CanvasObject {
	switch v := o.(type) {
	case *fyne.Container:
		return v.Objects
	case *container.Scroll:
		return []fyne.CanvasObject{v.Content}
	case *container.Clip:
		return []fyne.CanvasObject{v.Content}
	case Holder:
		return v.Held()
	}
	return nil
}

// Walk visits an object and all that is in it, in reading order, until visit says
// false.
func Walk(o fyne.CanvasObject, visit func(fyne.CanvasObject) bool) bool {
	if o == nil || !visit(o) {
		return false
	}
	for _, c := range Children(o) {
		if !Walk(c, visit) {
			return false
		}
	}
	return true
}

// path is the way from a root down to an object, both included, through what is
// visible; nil if there is none.
func path(root, to fyne.CanvasObject) []fyne.CanvasObject {
	if root == nil || !root.Visible() {
		return nil
	}
	if root == to {
		return []fyne.CanvasObject{root}
	}
	for _, c := range Children(root) {
		if p := path(c, to); p != nil {
			return append([]fyne.CanvasObject{root}, p...)
		}
	}
	return nil
}

// wayTo is the path to an object on the canvas it is drawn on: in the topmost
// overlay that has it, or in the page.
func wayTo(o fyne.CanvasObject) []fyne.CanvasObject {
	c := fyne.CurrentApp().Driver().CanvasForObject(o)
	if c == nil {
		return nil
	}
	over := c.Overlays().List()
	for i := len(over) - 1; i >= 0; i-- {
		if p := path(over[i], o); p != nil {
			return p
		}
	}
	return path(c.Content(), o)
}

// showing reports whether an object can be seen: it is on a canvas, and neither
// it nor anything around it is hidden. What moves asks, and stops.
func showing(o fyne.CanvasObject) bool { return wayTo(o) != nil }

// reveal scrolls every Scroll around an object so that it and a little room
// beside it (its focus ring) can be seen.
func reveal(o fyne.CanvasObject) {
	if unmoved {
		return
	}
	const room = S12
	way := wayTo(o)
	for i := range way {
		s, ok := way[i].(*container.Scroll)
		if !ok {
			continue
		}
		top := float32(0) // of the object within what scrolls
		for _, p := range way[i+2:] {
			top += p.Position().Y
		}
		bottom, at := top+o.Size().Height+room, s.Offset
		if bottom > at.Y+s.Size().Height {
			at.Y = bottom - s.Size().Height
		}
		if top-room < at.Y { // its top matters most when it is higher than the view
			at.Y = fyne.Max(0, top-room)
		}
		s.ScrollToOffset(at)
	}
}

// relayout lays out what is around an object after its height changed: Fyne
// itself only looks at minimum sizes, and only in a window.
func relayout(o fyne.CanvasObject) { relayoutPath(wayTo(o)) }

// relayoutPath lays out what is around the last object of a path.
func relayoutPath(way []fyne.CanvasObject) {
	for i := len(way) - 2; i >= 0; i-- {
		if c, ok := way[i].(*fyne.Container); ok && c.Layout != nil {
			c.Layout.Layout(c.Objects, c.Size())
		}
	}
}
