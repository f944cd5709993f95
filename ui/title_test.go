package ui_test

import (
	"regexp"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

// The window's title names the current screen and step. The tour and screen readers use
// it.
func TestWindowTitleNamesScreenAndStep(t *testing.T) {
	h := uitest.New(t, nil)
	is := func(want uitest.Key) {
		t.Helper()
		h.Settle()
		if got := h.Console.Window().Title(); !regexp.MustCompile("^" + h.Pattern(want) + " – Nightlatch$").MatchString(got) {
			t.Errorf("the title is %q, want %q", got, want)
		}
	}
	h.SignUp("mara", uitest.Password)
	is("ui.rail.overview")
	h.Ctrl(fyne.Key2)
	is("ui.rail.two-factor")
	h.Do("ui.method.set-up-name", uitest.Key("method.text"))
	is("wizard.overview.heading")
	h.Press(fyne.KeyReturn)
	is("wizard.email.heading")
}
