package kit_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// The names of steps are shown as far as they fit: all, or that of the current step and
// of its neighbours.
func TestStepsNameAsManyAsFit(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	six := []string{"Overview", "Password", "Email", "Number", "Code", "Backup code"}
	for _, tt := range []struct {
		at    int
		width float32
		want  []string
	}{
		{3, 1000, six},
		{3, 720, []string{"Password", "Email", "Number", "Code", "Backup code"}},
		{3, 520, []string{"Number", "Code"}},
		{0, 520, []string{"Overview"}},
		{3, 200, []string{"Number"}},
		{5, 720, []string{"Password", "Email", "Number", "Code", "Backup code"}},
	} {
		o := kit.Steps(tt.at, six...)
		kittest.Open(t, look.V(0, o), tt.width, 60, 1)
		var got []string
		end := float32(0)
		for _, o := range test.WidgetRenderer(o.(fyne.Widget)).Objects() {
			if w, ok := o.(*look.Text); ok && o.Visible() {
				got = append(got, w.Words)
				end = max(end, o.Position().X+o.Size().Width)
			}
		}
		if !slices.Equal(got, tt.want) || end > tt.width {
			t.Errorf("at %d of width %v: %q, to %v; want %q", tt.at, tt.width, got, end, tt.want)
		}
	}
}
