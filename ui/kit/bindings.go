package kit

import (
	"fyne.io/fyne/v2"
)

// Bindings are what a page does with keys that nothing on it has taken: Enter goes
// on, Escape goes back. A page attaches its Bindings when it is shown.
//
// A focused button keeps Enter for itself, an Input with OnSubmit too; Escape
// always comes here, unless a Dialog or a list is open, which it closes.
type Bindings struct {
	Enter  func()
	Escape func()
	Other  map[fyne.KeyName]func() // F1 for help, F5 to look again …
}

// Attach makes a canvas use the keys in place of those it used until now.
func (k Bindings) Attach(c fyne.Canvas) { c.SetOnTypedKey(k.Typed) }

// Typed does what a key stands for.
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
	if do != nil {
		do()
	}
}

// passOn hands a key that a focused part has no use for to the page: Fyne itself
// tells the page only when nothing has the keyboard.
func passOn(from fyne.CanvasObject, e *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(from)
	if c == nil {
		return
	}
	if typed := c.OnTypedKey(); typed != nil {
		typed(e)
	}
}

// passShortcutOn hands a shortcut that a field has no use for to the window.
func passShortcutOn(from fyne.CanvasObject, s fyne.Shortcut) {
	c := fyne.CurrentApp().Driver().CanvasForObject(from)
	if w, ok := c.(interface{ TypedShortcut(fyne.Shortcut) }); ok {
		w.TypedShortcut(s)
	}
}

// Focus gives the keyboard to a part that is on a canvas, if it is.
func Focus(o fyne.Focusable) {
	obj, ok := o.(fyne.CanvasObject)
	if !ok {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(obj); c != nil {
		c.Focus(o)
	}
}
