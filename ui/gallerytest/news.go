package gallerytest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// CheckNews draws each shot in the smallest window with the largest text. It
// fails if the shot's refusal or notice is scrolled out of sight. It also
// fails if no shot had to be scrolled.
func CheckNews(t *testing.T, shots []Shot) {
	t.Helper()
	samePlace(t)
	w := catalog(t, "en")
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.Theme{Mode: look.AlwaysLight, Scale: 1.5, Words: w})
	scrolled := 0
	for _, s := range shots {
		c := newConsole(app, w)
		size := fyne.NewSize(760, 560)
		c.Window().Resize(size)
		s.open(c, size)
		c.Refocus()
		c.Redraw() // again: wrapped text has its height only after the first layout
		for _, root := range roots(c.Window()) {
			first, seen := "", false
			look.Walk(root, func(o fyne.CanvasObject) bool {
				teller, ok := o.(control.Teller)
				if !ok || !o.Visible() || teller.News() == "" {
					return true
				}
				first = teller.News()
				var moved bool
				seen, moved = inSight(o)
				if moved {
					scrolled++
				}
				return false
			})
			if first != "" && !seen {
				t.Errorf("%s: %q is scrolled out of sight", s.Name, first)
			}
		}
		c.Window().Close()
	}
	if scrolled == 0 {
		t.Error("no shot had to be scrolled: the check proves nothing")
	}
}

// inSight reports whether an object is visible in every scroll around it, at
// least its top if it is too large. moved reports whether one of them was
// scrolled.
func inSight(o fyne.CanvasObject) (seen, moved bool) {
	way := look.PathTo(o)
	seen = way != nil
	for i, one := range way {
		s, ok := one.(*container.Scroll)
		if !ok {
			continue
		}
		moved = moved || s.Offset.Y > 0
		top := -s.Offset.Y
		for _, p := range way[i+2:] {
			top += p.Position().Y
		}
		bottom := fyne.Min(top+o.Size().Height, top+s.Size().Height)
		if top < -.5 || bottom > s.Size().Height+.5 {
			seen = false
		}
	}
	return seen, moved
}
