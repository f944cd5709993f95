package control

import "fyne.io/fyne/v2"

// Bindings are the actions of a page for keys that its widgets do not handle: Enter
// continues, Escape goes back. A page attaches its Bindings when it is shown.
//
// A focused button handles Enter itself, and so does an Input with OnSubmit. Escape
// always arrives here, unless a Dialog or a list is open, which it closes.
type Bindings struct {
	Enter  func()
	Escape func()
	Other  map[fyne.KeyName]func() // such as F1 for help
}

// Attach replaces the bindings of a canvas.
func (k Bindings) Attach(c fyne.Canvas) { c.SetOnTypedKey(k.Typed) }

// Typed performs the action of a key, once while it is held down.
func (k Bindings) Typed(e *fyne.KeyEvent) {
	var do func()
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		do = k.Enter
	case fyne.KeyEscape:
		do = k.Escape
	default:
		do = k.Other[e.Name]
	}
	if do != nil && !keys.repeats(e.Name) {
		do()
	}
}

// passOn gives a key that a focused widget does not handle to the page's Bindings.
// Fyne does so only when no widget has the focus.
func passOn(from fyne.CanvasObject, e *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(from)
	if c == nil {
		return
	}
	if typed := c.OnTypedKey(); typed != nil {
		typed(e)
	}
}

// passShortcutOn gives a shortcut that a field does not handle to the window.
func passShortcutOn(from fyne.CanvasObject, s fyne.Shortcut) {
	c := fyne.CurrentApp().Driver().CanvasForObject(from)
	if w, ok := c.(interface{ TypedShortcut(fyne.Shortcut) }); ok {
		w.TypedShortcut(s)
	}
}

// Focus gives an object the keyboard focus, if it is on a canvas.
func Focus(o fyne.Focusable) {
	obj, ok := o.(fyne.CanvasObject)
	if !ok {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(obj); c != nil {
		c.Focus(o)
	}
}
