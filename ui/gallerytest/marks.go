package gallerytest

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// checkMarks fails if a control is marked as refused and its field does not say why, if a
// field says why and its control is not marked, or if a refusal is told twice: at a field
// and in a banner.
func (s Shot) checkMarks(t *testing.T, c *shell.Console) {
	t.Helper()
	over := roots(c.Window())
	top := over[len(over)-1] // a dialog may be over a page that shows a refusal of its own
	fields, banners := 0, 0
	kittest.WalkVisible(top, func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case interface{ Marked() bool }:
			if v.Marked() && !explained(o) {
				t.Errorf("%s: %T is marked, and nothing below it says why", s.Name, o)
			}
		case interface {
			Refused() bool
			Marks() bool
		}:
			if v.Refused() {
				fields++
				if !v.Marks() {
					t.Errorf("%s: a field says what is wrong, and its control is not marked", s.Name)
				}
			}
		case *kit.Banner:
			if v.Tone() == look.Refused {
				banners++
			}
		}
	})
	if fields > 0 && banners > 0 || fields > 1 {
		t.Errorf("%s: the refusal is told by %d fields and %d banners", s.Name, fields, banners)
	}
}

// explained reports whether a field around an object says what is wrong.
func explained(o fyne.CanvasObject) bool {
	for _, around := range look.PathTo(o) {
		if f, ok := around.(interface{ Refused() bool }); ok && f.Refused() {
			return true
		}
	}
	return false
}

var _ interface {
	Refused() bool
	Marks() bool
} = (*control.Field)(nil)
