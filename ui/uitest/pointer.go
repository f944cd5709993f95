package uitest

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A Control is an object on screen that can be pressed: its name, and its
// index among the controls of that name.
type Control struct {
	Name string
	Nth  int
	At   interface {
		fyne.Focusable
		fyne.CanvasObject
	}
}

// String is the name and the index.
func (c Control) String() string { return fmt.Sprintf("%s #%d", c.Name, c.Nth) }

// Top returns what the user can operate: the topmost dialog, or else the
// window.
func (h *Harness) Top() fyne.CanvasObject {
	if over := h.Canvas().Overlays().Top(); over != nil {
		return over
	}
	return h.Canvas().Content()
}

// Controls returns the enabled controls that can be pressed, without text
// fields.
func (h *Harness) Controls() []Control { return h.controls(true) }

// Dead reports whether a control is on screen but disabled.
func (h *Harness) Dead(c Control) bool {
	for _, one := range h.controls(false) {
		if one.Name == c.Name && one.Nth == c.Nth {
			return one.At.(fyne.Disableable).Disabled()
		}
	}
	return false
}

func (h *Harness) controls(enabled bool) (all []Control) {
	seen := map[string]int{}
	kittest.WalkVisible(h.Top(), func(o fyne.CanvasObject) {
		f, ok := o.(interface {
			fyne.Focusable
			fyne.CanvasObject
			fyne.Tappable
			fyne.Disableable
		})
		if _, text := o.(fyne.Shortcutable); !ok || text || enabled && f.Disabled() {
			return
		}
		name := shell.NameOf(f)
		all = append(all, Control{Name: name, Nth: seen[name], At: f})
		seen[name]++
	})
	return all
}

// Find returns the control on screen with the name and index of another, or
// nil.
func (h *Harness) Find(c Control) *Control {
	for _, one := range h.Controls() {
		if one.Name == c.Name && one.Nth == c.Nth {
			return &one
		}
	}
	return nil
}

// Aim scrolls a control into view and returns where the mouse presses it.
func (h *Harness) Aim(c Control) fyne.Position {
	was := h.Canvas().Focused()
	h.Canvas().Focus(c.At)
	at := h.App.Driver().AbsolutePositionForObject(c.At)
	if was != nil {
		h.Canvas().Focus(was)
	} else {
		h.Canvas().Unfocus()
	}
	size := c.At.Size()
	return at.AddXY(size.Width/2, size.Height/2)
}

// Click presses and releases the mouse at a position, as Fyne's driver does. It handles
// no results.
func (h *Harness) Click(at fyne.Position) {
	o, in := h.under(at)
	if o == nil {
		return
	}
	e := fyne.PointEvent{AbsolutePosition: at, Position: in}
	if m, ok := o.(desktop.Mouseable); ok {
		m.MouseDown(&desktop.MouseEvent{PointEvent: e, Button: desktop.MouseButtonPrimary})
	}
	if f, ok := h.Canvas().Focused().(fyne.CanvasObject); ok && f != o {
		h.Canvas().Unfocus()
	}
	if m, ok := o.(desktop.Mouseable); ok {
		m.MouseUp(&desktop.MouseEvent{PointEvent: e, Button: desktop.MouseButtonPrimary})
	}
	o.(fyne.Tappable).Tapped(&e)
}

// under returns the topmost object at a position that can be pressed.
func (h *Harness) under(at fyne.Position) (found fyne.CanvasObject, in fyne.Position) {
	top, driver := h.Top(), h.App.Driver()
	kittest.WalkVisible(top, func(o fyne.CanvasObject) {
		if _, ok := o.(fyne.Tappable); !ok || !within(driver, o, at) {
			return
		}
		for _, around := range look.Path(top, o) {
			if s, ok := around.(*container.Scroll); ok && !within(driver, s, at) {
				return
			}
		}
		found, in = o, at.Subtract(driver.AbsolutePositionForObject(o))
	})
	return found, in
}

func within(d fyne.Driver, o fyne.CanvasObject, at fyne.Position) bool {
	p, s := d.AbsolutePositionForObject(o), o.Size()
	return at.X >= p.X && at.Y >= p.Y && at.X < p.X+s.Width && at.Y < p.Y+s.Height
}

// HoldKey presses a key and holds it for some repeats, as Fyne's driver does.
// It handles no results.
func (h *Harness) HoldKey(k fyne.KeyName, repeats int) {
	h.keyDown(k)
	for range 1 + repeats {
		h.typeKey(k)
	}
	h.keyUp(k)
}

func (h *Harness) keyDown(k fyne.KeyName) {
	switch f := h.Canvas().Focused().(type) {
	case desktop.Keyable:
		f.KeyDown(&fyne.KeyEvent{Name: k})
	case nil:
		control.KeyDown(&fyne.KeyEvent{Name: k}) // the shell sets it; Fyne's test canvas does not call it
	}
}

func (h *Harness) keyUp(k fyne.KeyName) {
	switch f := h.Canvas().Focused().(type) {
	case desktop.Keyable:
		f.KeyUp(&fyne.KeyEvent{Name: k})
	case nil:
		control.KeyUp(&fyne.KeyEvent{Name: k})
	}
}

func (h *Harness) typeKey(k fyne.KeyName) {
	if f := h.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: k})
	} else if on := h.Canvas().OnTypedKey(); on != nil {
		on(&fyne.KeyEvent{Name: k})
	}
}

// InPanel reports whether an object is in the lab's panel.
func (h *Harness) InPanel(o fyne.CanvasObject) bool {
	p := h.Console.Panel()
	return p != nil && look.Path(p.Content(), o) != nil
}

// Drain handles results until the network or the printer delays all remaining
// work.
func (h *Harness) Drain() {
	h.T.Helper()
	deadline := time.After(30 * time.Second)
	for len(h.queue) > 0 || h.root.Running() > h.Network.Waiting()+h.Printer.Waiting() {
		select {
		case f := <-h.queue:
			f()
		case <-h.held:
		case <-deadline:
			h.T.Fatal("work is neither done nor held back after 30 s")
		}
	}
}

// IsDead fails the test unless a button is on screen and can't be pressed.
func (h *Harness) IsDead(k Key, args ...any) {
	h.T.Helper()
	for _, c := range h.controls(false) {
		if h.Names(c.Name, k, args...) {
			if !h.Dead(c) {
				h.T.Errorf("%s can be pressed", c)
			}
			return
		}
	}
	h.T.Errorf("no %s on screen: %s", k, h.Seen())
}
