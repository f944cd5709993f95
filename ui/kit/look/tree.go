package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// A Holder is a widget that gives access to the objects inside it; Fyne has no public
// way to do so. A widget outside the kit that contains widgets of the kit should
// implement it, so that they scroll into view when they get the focus.
type Holder interface{ Held() []fyne.CanvasObject }

// Children are the objects inside an object, in reading order; nil if there are none
// or it is not known.
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

// Walk visits an object and all objects inside it, in reading order, until visit
// returns false. It reports whether all were visited.
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

// WalkPlaces visits all visible objects inside root with their place in it, and what is
// inside them if visit returns true. Objects that are scrolled out of sight are left out.
func WalkPlaces(root fyne.CanvasObject, visit func(o fyne.CanvasObject, at fyne.Position) (inside bool)) {
	walkPlaces(root, fyne.Position{}, fyne.Position{}, root.Size(), visit)
}

// walkPlaces is WalkPlaces for an object at a place. Only what lies between the positions
// from and to can be seen.
func walkPlaces(o fyne.CanvasObject, at, from fyne.Position, size fyne.Size, visit func(fyne.CanvasObject, fyne.Position) bool) {
	to := from.Add(size)
	if !o.Visible() || at.X >= to.X || at.Y >= to.Y || at.X+o.Size().Width <= from.X || at.Y+o.Size().Height <= from.Y {
		return
	}
	if !visit(o, at) {
		return
	}
	switch o.(type) {
	case *container.Scroll, *container.Clip:
		low := fyne.NewPos(fyne.Max(from.X, at.X), fyne.Max(from.Y, at.Y))
		high := fyne.NewPos(fyne.Min(to.X, at.X+o.Size().Width), fyne.Min(to.Y, at.Y+o.Size().Height))
		from, size = low, fyne.NewSize(high.X-low.X, high.Y-low.Y)
	}
	for _, c := range Children(o) {
		walkPlaces(c, at.Add(c.Position()), from, size, visit)
	}
}

// Path returns the objects from root down to an object, including both. It is
// nil if the object is not inside root or one of them is hidden.
func Path(root, to fyne.CanvasObject) []fyne.CanvasObject {
	if root == nil || !root.Visible() {
		return nil
	}
	if root == to {
		return []fyne.CanvasObject{root}
	}
	for _, c := range Children(root) {
		if p := Path(c, to); p != nil {
			return append([]fyne.CanvasObject{root}, p...)
		}
	}
	return nil
}

// PathTo returns the path to an object on its canvas, in the topmost overlay
// that contains it or in the page. It is nil if the object is hidden or not on
// a canvas.
//
// In a real window, Fyne knows the canvas of an object only once it was painted. An object
// that was just made is looked for in all windows.
func PathTo(o fyne.CanvasObject) []fyne.CanvasObject {
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		return pathOn(c, o)
	}
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		if way := pathOn(w.Canvas(), o); way != nil {
			return way
		}
	}
	return nil
}

// pathOn is PathTo for one canvas.
func pathOn(c fyne.Canvas, o fyne.CanvasObject) []fyne.CanvasObject {
	over := c.Overlays().List()
	for i := len(over) - 1; i >= 0; i-- {
		if p := Path(over[i], o); p != nil {
			return p
		}
	}
	return Path(c.Content(), o)
}

// Showing reports whether an object is on a canvas and neither it nor an object around
// it is hidden. Animations and tickers stop when it is false.
func Showing(o fyne.CanvasObject) bool { return PathTo(o) != nil }

// Relayout lays out the containers around an object after a change of its
// height. Fyne does this only after a change of a minimum size, and only in a
// window.
func Relayout(o fyne.CanvasObject) { RelayoutPath(PathTo(o)) }

// RelayoutPath lays out the containers on a path.
func RelayoutPath(way []fyne.CanvasObject) {
	for i := len(way) - 2; i >= 0; i-- {
		if c, ok := way[i].(*fyne.Container); ok && c.Layout != nil {
			c.Layout.Layout(c.Objects, c.Size())
		}
	}
}
