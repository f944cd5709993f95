package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/ui/kit"
)

// A screen is what can be in front: a page, a door, a ceremony.
type screen interface {
	place() string    // its entry in the rail, "" for none
	enter(s *Scope)   // it is in front from now until s is left
	hear(what string) // a topic changed: what it shows may be old
	draw() drawn
}

// A keeper is a screen with something that nobody can show again: who leaves it for
// another place before there is a copy is asked.
type keeper interface{ unsaved() bool }

// drawn is a screen ready to be shown.
type drawn struct {
	content fyne.CanvasObject
	first   fyne.Focusable // has the keyboard when the screen comes to the front
	keys    kit.Bindings
	heading string // what the window is called; "" takes the page's title
	ready   bool   // all that it shows is there
}

// show brings a screen to the front. The keyboard goes to its first part, unless
// it is in the rail, where one may want to go on to the next place.
func (c *Console) show(s screen) {
	if c.scope != nil {
		c.scope.Leave()
	}
	c.scope, c.front, c.trouble, c.still = c.root.Child(), s, nil, true
	if c.rail != nil {
		c.rail.Select(s.place())
	}
	s.enter(c.scope)
	if c.front == s { // entering may have led elsewhere
		c.redraw()
	}
}

// redraw draws the screen in front from its state. Where the keyboard was and
// how far the page was scrolled stay as they were.
func (c *Console) redraw() {
	if c.front == nil || c.early {
		return
	}
	d := c.front.draw()
	canvas := c.window.Canvas()
	at, inRail := canvas.Focused(), c.inRail(canvas.Focused())
	mark, nth := bookmark(c.slot, at)
	offset := fyne.Position{}
	if !c.still {
		if s := scrollIn(c.slot); s != nil {
			offset = s.Offset
		}
	}
	c.slot.Objects = []fyne.CanvasObject{d.content}
	c.slot.Refresh()
	c.keys = d.keys
	if s := scrollIn(c.slot); s != nil && offset.Y > 0 {
		s.ScrollToOffset(offset)
	}
	switch {
	case c.still && d.ready && !inRail:
		c.focus(d.first)
	case mark != "":
		if o := find(d.content, mark, nth); o != nil {
			canvas.Focus(o)
		} else {
			c.focus(d.first)
		}
	}
	if d.ready {
		c.still = false
		c.entitle(d)
	}
}

// entitle says in the window's title what is in front: lists of windows and
// screen readers have nothing else.
func (c *Console) entitle(d drawn) {
	title := d.heading
	if title == "" {
		kit.Walk(d.content, func(o fyne.CanvasObject) bool {
			if t, ok := o.(*kit.Text); ok && t.Role == kit.Title {
				title = t.Words
			}
			return title == ""
		})
	}
	if title == "" {
		c.window.SetTitle(windowName)
		return
	}
	c.window.SetTitle(title + " – " + windowName)
}

// windowName is what the window is called when nothing else is to be said.
const windowName = "Nightlatch"

// focus gives the keyboard to a part of the page; nil takes it from what is gone.
func (c *Console) focus(f fyne.Focusable) {
	if f == nil {
		c.window.Canvas().Unfocus()
		return
	}
	c.window.Canvas().Focus(f)
}

// refocus gives the keyboard to the first part of the screen in front, as if it
// had just come there: a ceremony went on to its next step.
func (c *Console) refocus() { c.still = true }

func (c *Console) inRail(f fyne.Focusable) bool {
	if f == nil || c.rail == nil {
		return false
	}
	mark, _ := bookmark(c.rail, f)
	return mark != ""
}

// bookmark says which part of a tree has the keyboard, by what it is and is
// called, and the how manieth of that name. It is "" when none has.
func bookmark(root fyne.CanvasObject, at fyne.Focusable) (mark string, nth int) {
	want, ok := at.(fyne.CanvasObject)
	if !ok {
		return "", 0
	}
	seen := map[string]int{}
	kit.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok {
			name := nameOf(f)
			if o == want {
				mark, nth = name, seen[name]
				return false
			}
			seen[name]++
		}
		return true
	})
	return mark, nth
}

// find is the part that a bookmark of another drawing means.
func find(root fyne.CanvasObject, mark string, nth int) (found fyne.Focusable) {
	kit.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok && nameOf(f) == mark {
			if nth == 0 {
				found = f
				return false
			}
			nth--
		}
		return true
	})
	return found
}

// placeIn is the how manieth part of a tree that can have the keyboard a part is,
// from 0.
func placeIn(root fyne.CanvasObject, at fyne.Focusable) (n int) {
	kit.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok {
			if f == at {
				return false
			}
			n++
		}
		return true
	})
	return n
}

// partAt is the nth part of a tree that can have the keyboard, or its last one.
func partAt(root fyne.CanvasObject, n int) (found fyne.Focusable) {
	kit.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok {
			found = f
			n--
		}
		return n >= 0
	})
	return found
}

// nameOf is what a part with the keyboard is, and what a screen reader calls it.
func nameOf(f fyne.Focusable) string {
	if n, ok := f.(interface{ AccessibilityLabel() string }); ok {
		return fmt.Sprintf("%T %s", f, n.AccessibilityLabel())
	}
	return fmt.Sprintf("%T", f)
}

// scrollIn is the first scroll in a tree, nil if there is none.
func scrollIn(root fyne.CanvasObject) (found *container.Scroll) {
	kit.Walk(root, func(o fyne.CanvasObject) bool {
		found, _ = o.(*container.Scroll)
		return found == nil
	})
	return found
}
