package ui

import (
	"testing"

	"fyne.io/fyne/v2"
)

// The window's title says what is in front, step by step: the tour and screen
// readers go by it.
func TestWindowTitleSaysWhatIsInFront(t *testing.T) {
	h := newHouse(t, nil)
	is := func(want string) {
		t.Helper()
		h.settle()
		if got := h.console.window.Title(); got != want+" – Nightlatch" {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
	h.signUp("mara", password)
	is("Overview")
	h.ctrl(fyne.Key2)
	is("Two-factor authentication")
	h.do("Set up: Text message")
	is("What will happen")
	h.press(fyne.KeyReturn)
	is("Which address gets your security notices?")
}
