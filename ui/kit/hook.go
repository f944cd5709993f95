package kit

import "fyne.io/fyne/v2"

// hooked lets a screen look at what is typed into a part before the part does.
type hooked struct {
	OnKey      func(*fyne.KeyEvent) bool // true: taken
	OnShortcut func(fyne.Shortcut) bool  // true: taken
}

func (h *hooked) took(k *fyne.KeyEvent) bool        { return h.OnKey != nil && h.OnKey(k) }
func (h *hooked) tookShortcut(s fyne.Shortcut) bool { return h.OnShortcut != nil && h.OnShortcut(s) }
