package gallerytest

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// CheckFocusStays fails if the focus leaves a button of a list when change
// inserts other rows before it and the screen is redrawn. name is the button's
// name for screen readers.
func CheckFocusStays(t *testing.T, name func(w *assets.Catalog) string, open func(c *shell.Console) (s shell.Screen, change func())) {
	t.Helper()
	w := catalog(t, "en")
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.Theme{Words: w})
	c := newConsole(app, w)
	c.Register(shell.Parts{Groups: groups(), Feet: feet(false)})
	s, change := open(c)
	c.ShowStill(s, shell.FirstSize)
	defer c.Window().Close()
	before := tabTo(t, c.Window().Canvas(), name(w))
	change()
	c.Redraw()
	if got := c.Window().Canvas().Focused(); got != before {
		t.Errorf("the focus is on %v, not on the same button", got)
	}
}

// tabTo presses Tab until the widget with the name has the focus.
func tabTo(t *testing.T, c fyne.Canvas, name string) fyne.Focusable {
	t.Helper()
	for range 100 {
		c.FocusNext()
		if f := c.Focused(); f != nil && strings.HasSuffix(shell.NameOf(f), " "+name) {
			return f
		}
	}
	t.Fatalf("Tab does not reach %q", name)
	return nil
}
