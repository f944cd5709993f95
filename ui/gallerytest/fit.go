package gallerytest

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// checkFit fails if a text on one line is too long for its place and ends in an
// ellipsis. Names that people or manufacturers chose may be of any length.
func (s Shot) checkFit(t *testing.T, c *shell.Console) {
	t.Helper()
	for _, root := range roots(c.Window()) {
		kittest.WalkVisible(root, func(o fyne.CanvasObject) {
			if v, ok := o.(*look.Text); ok && cutOff(v) && !slices.Contains(chosenNames(), v.Words) {
				t.Errorf("%s: %q is cut off; make it shorter, or let it wrap", s.Name, v.Words)
			}
		})
	}
}

// cutOff reports whether a text is drawn with an ellipsis that is not part of it.
func cutOff(t *look.Text) bool {
	drawn := 0
	for _, o := range test.WidgetRenderer(t).Objects() {
		if run, ok := o.(*canvas.Text); ok {
			drawn += strings.Count(run.Text, "…")
		}
	}
	return drawn > strings.Count(t.Words, "…")
}

// chosenNames are the names in the pictures that are no texts of the window.
func chosenNames() []string {
	all := []string{PrinterName, CardOnReader().Product}
	for _, k := range Keys() {
		all = append(all, k.Label)
	}
	for _, k := range LabKeys() {
		all = append(all, k.Name)
	}
	for _, p := range TemporaryPasswords() {
		all = append(all, p.Label)
	}
	return all
}
