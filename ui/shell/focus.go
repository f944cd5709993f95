package shell

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A snapshot says where the focus and the scroll position are in a tree of
// widgets, so that they can be found again after the tree was rebuilt.
type snapshot struct {
	widget fyne.CanvasObject // the focused widget; nil when none is focused
	name   string            // of the focused widget: type and label; "" when none is focused
	nth    int               // its index among widgets of that name
	index  int               // its index among all focusable widgets
	offset fyne.Position
}

// snapshot takes a snapshot of a tree in the window.
func (c *Console) snapshot(root fyne.CanvasObject) (s snapshot) {
	if scroll := ScrollIn(root); scroll != nil {
		s.offset = scroll.Offset
	}
	focused, ok := c.window.Canvas().Focused().(fyne.CanvasObject)
	if !ok {
		return s
	}
	seen := map[string]int{}
	look.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok {
			name := NameOf(f)
			if o == focused {
				s.widget, s.name, s.nth = o, name, seen[name]
				return false
			}
			seen[name]++
			s.index++
		}
		return true
	})
	return s
}

// find returns the widget of a rebuilt tree that the snapshot describes, or
// nil if it is gone. In a list that keeps its rows, this is the focused widget
// itself, perhaps at another index.
func (s snapshot) find(root fyne.CanvasObject) (found fyne.Focusable) {
	if f, ok := s.widget.(fyne.Focusable); ok && contains(root, f) {
		return f
	}
	nth := s.nth
	look.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok && NameOf(f) == s.name {
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

// at is the widget at the snapshot's index, or the last one.
func (s snapshot) at(root fyne.CanvasObject) (found fyne.Focusable) {
	n := s.index
	look.Walk(root, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok {
			found = f
			n--
		}
		return n >= 0
	})
	return found
}

// scroll scrolls a rebuilt tree to the snapshot's position.
func (s snapshot) scroll(root fyne.CanvasObject) {
	if scroll := ScrollIn(root); scroll != nil && s.offset.Y > 0 {
		scroll.ScrollToOffset(s.offset)
	}
}

// Rebuild replaces what is in root. The focus and the scroll position stay: on the
// widget of the same name or, when it is gone, at the same index.
func (c *Console) Rebuild(root *fyne.Container, build func() fyne.CanvasObject) {
	before, known := c.snapshot(root), control.NewsIn(root)
	defer func() { control.RevealNews(root, known) }()
	root.Objects = []fyne.CanvasObject{build()}
	root.Refresh()
	before.scroll(root)
	if before.name == "" {
		return
	}
	f := before.find(root)
	if f == nil { // "Plug in" became "Unplug"
		f = before.at(root)
	}
	control.Succeed(c.window.Canvas(), before.widget, f)
}

// safeFirst is the widget that a screen focuses first. If it would delete or end something,
// it is the screen's entry in the rail instead: Enter or Space must not do harm to who has
// not chosen anything yet. So it is for a page that has nothing to begin with; a ceremony
// that waits for a security key focuses nothing.
func (c *Console) safeFirst(v View) fyne.Focusable {
	waits := !v.Ready || v.First == nil && (v.Bindings.Enter != nil || v.Bindings.Escape != nil)
	if v.First != nil && !control.Harmful(v.First) {
		return v.First
	}
	if waits || c.rail == nil {
		return nil
	}
	if item := c.rail.Item(string(c.front.Page())); item != nil {
		c.parked = item
		return item
	}
	return nil
}

// focus focuses a widget; nil takes the focus from one that is gone.
func (c *Console) focus(f fyne.Focusable) {
	if f == nil {
		c.window.Canvas().Unfocus()
		return
	}
	c.window.Canvas().Focus(f)
}

func (c *Console) inRail(f fyne.Focusable) bool {
	return f != nil && c.rail != nil && contains(c.rail, f)
}

// contains reports whether a widget is in a tree.
func contains(root fyne.CanvasObject, f fyne.Focusable) (found bool) {
	want, ok := f.(fyne.CanvasObject)
	if !ok {
		return false
	}
	look.Walk(root, func(o fyne.CanvasObject) bool {
		found = o == want
		return !found
	})
	return found
}

// FirstIn is the first widget of a tree that can be focused; nil if there is none.
func FirstIn(root fyne.CanvasObject) fyne.Focusable { return firstIn(root) }

// firstIn is the first widget of a tree that can be focused.
func firstIn(root fyne.CanvasObject) (first fyne.Focusable) {
	look.Walk(root, func(o fyne.CanvasObject) bool {
		if !o.Visible() {
			return true
		}
		if d, ok := o.(fyne.Disableable); ok && d.Disabled() {
			return true
		}
		first, _ = o.(fyne.Focusable)
		return first == nil
	})
	return first
}

// NameOf is a widget's type and the name a screen reader gives it.
func NameOf(f fyne.Focusable) string {
	if n, ok := f.(interface{ AccessibilityLabel() string }); ok {
		return fmt.Sprintf("%T %s", f, n.AccessibilityLabel())
	}
	return fmt.Sprintf("%T", f)
}

// ScrollIn is the first scroll container of a tree, nil if there is none.
func ScrollIn(root fyne.CanvasObject) (found *container.Scroll) {
	look.Walk(root, func(o fyne.CanvasObject) bool {
		found, _ = o.(*container.Scroll)
		return found == nil
	})
	return found
}
