package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// The focus ring is for the keyboard. While a person uses the mouse, a ring around a button
// would look like a recommendation of it. The ring appears with the next key. Fields for
// text always have it: it says where typed text goes.

// byKeyboard is whether the last input was a key.
var byKeyboard bool

// focused is the object with a ring that has the focus; nil for none.
var focused *Pressable

// UseKeyboard notes whether a person uses the keyboard or the mouse.
func UseKeyboard(yes bool) {
	if byKeyboard == yes {
		return
	}
	byKeyboard = yes
	if focused != nil {
		focused.changed()
	}
}

// mouseUsed notes a press of the mouse.
func mouseUsed() {
	act()
	uses++
	UseKeyboard(false)
}

// isModifier reports whether a key does nothing alone.
func isModifier(k fyne.KeyName) bool {
	switch k {
	case desktop.KeyShiftLeft, desktop.KeyShiftRight, desktop.KeyControlLeft, desktop.KeyControlRight,
		desktop.KeyAltLeft, desktop.KeyAltRight, desktop.KeySuperLeft, desktop.KeySuperRight, desktop.KeyMenu, desktop.KeyCapsLock:
		return true
	}
	return false
}
