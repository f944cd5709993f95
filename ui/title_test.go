package ui

import (
	"regexp"
	"testing"

	"fyne.io/fyne/v2"
)

// The window's title says what is in front, step by step: the tour and screen
// readers go by it.
func TestWindowTitleSaysWhatIsInFront(t *testing.T) {
	h := newHouse(t, nil)
	is := func(want key) {
		t.Helper()
		h.settle()
		if got := h.console.window.Title(); !regexp.MustCompile("^" + h.pattern(want) + " – Nightlatch$").MatchString(got) {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
	h.signUp("mara", password)
	is("ui.rail.overview")
	h.ctrl(fyne.Key2)
	is("ui.rail.two-factor")
	h.do("ui.method.set-up-name", key("method.text"))
	is("wizard.overview.heading")
	h.press(fyne.KeyReturn)
	is("wizard.email.heading")
}
