package gallerytest

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// iconInks are the colours of icons and edges. Their contrast is too low for
// text.
func iconInks() []fyne.ThemeColorName {
	return []fyne.ThemeColorName{look.Ink3, look.Accent, look.Danger, look.Brass, look.Control, look.Hairline}
}

// checkInk fails if text has the colour of an icon. The label of a disabled
// widget may have one (WCAG 2.2, 1.4.6).
func (s Shot) checkInk(t *testing.T, c *shell.Console) {
	t.Helper()
	off := map[fyne.CanvasObject]bool{}
	for _, root := range roots(c.Window()) {
		kittest.WalkVisible(root, func(o fyne.CanvasObject) {
			if d, ok := o.(interface{ Disabled() bool }); ok && d.Disabled() {
				look.Walk(o, func(in fyne.CanvasObject) bool { off[in] = true; return true })
			}
			if v, ok := o.(*look.Text); ok && v.Words != "" && !off[o] && slices.Contains(iconInks(), v.Color) {
				t.Errorf("%s: %q has the colour %s, which is for icons", s.Name, v.Words, v.Color)
			}
		})
	}
}
