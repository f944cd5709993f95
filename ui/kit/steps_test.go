package kit_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// At every width and text size, each step has its whole name, inside the width, beside no
// other name; and no step moves when the ceremony goes on.
func TestStepsKeepEveryNameInItsPlace(t *testing.T) {
	six := []string{"Overview", "Password", "Email", "Number", "Code", "Backup code"}
	three := []string{"Overview", "Touch", "Name"}
	for _, scale := range []float32{1, 1.5} {
		kittest.Wear(t, look.Theme{Scale: scale})
		for _, names := range [][]string{six, three} {
			for _, width := range []float32{1200, 720, 520, 360, 200, 150} {
				var first []fyne.Position
				for at := range names {
					o := kit.Steps(at, names...)
					kittest.Open(t, look.V(0, o), width, 800, 1)
					places := stepNames(t, o, names, width)
					if first == nil {
						first = places
					}
					if !slices.Equal(places, first) {
						t.Errorf("scale %v, width %v: names at %v in step %d, at %v in the first", scale, width, places, at, first)
					}
				}
			}
		}
	}
}

// stepNames checks the names and returns where they are.
func stepNames(t *testing.T, o fyne.CanvasObject, names []string, width float32) (places []fyne.Position) {
	t.Helper()
	var seen []*look.Text
	for _, o := range test.WidgetRenderer(o.(fyne.Widget)).Objects() {
		v, ok := o.(*look.Text)
		if !ok || !v.Visible() {
			continue
		}
		var drawn []string
		for _, line := range test.WidgetRenderer(v).Objects() {
			drawn = append(drawn, line.(*canvas.Text).Text)
		}
		if got := strings.Join(drawn, " "); got != names[len(places)] {
			t.Errorf("width %v: a step is named %q, want %q", width, got, names[len(places)])
		}
		at, size := v.Position(), v.Size()
		if at.X < 0 || at.X+size.Width > width+.5 {
			t.Errorf("width %v: %q is at %v, %v wide", width, v.Words, at, size.Width)
		}
		for _, w := range seen {
			p, q := w.Position(), w.Size()
			if at.X < p.X+q.Width && p.X < at.X+size.Width && at.Y < p.Y+q.Height && p.Y < at.Y+size.Height {
				t.Errorf("width %v: %q overlaps %q", width, v.Words, w.Words)
			}
		}
		seen, places = append(seen, v), append(places, at)
	}
	if len(places) != len(names) {
		t.Errorf("width %v: %d of %d names are shown", width, len(places), len(names))
	}
	if end := o.(fyne.Widget); end.MinSize().Height < places[len(places)-1].Y {
		t.Errorf("width %v: the last name is at %v, below the steps, which are %v high", width, places[len(places)-1].Y, end.MinSize().Height)
	}
	return places
}
