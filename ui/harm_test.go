package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// What deletes or ends something is never the default. On every screen and dialog that can
// be reached, no such control has the focus at first. A control that opens a question with a
// red button is itself marked as harmful, so that it has the danger colour; only questions
// about leaving are asked by others.
func TestHarmIsNeverTheDefault(t *testing.T) {
	c := newCrawl(t)
	c.most = 1
	harmful, found := false, 0
	c.press = func(h *uitest.Harness, one uitest.Control) {
		harmful = control.Harmful(one.At)
		h.Click(h.Aim(one))
	}
	c.then = func(p place, one uitest.Control) {
		h := c.h
		if f := h.Canvas().Focused(); control.Harmful(f) && f != fyne.Focusable(one.At) {
			t.Errorf("%v: after %v the focus is on %s", p, one, shell.NameOf(f))
		}
		if len(h.Canvas().Overlays().List()) == 0 || c.outside(one) {
			return
		}
		kittest.WalkVisible(h.Top(), func(o fyne.CanvasObject) {
			b, ok := o.(*control.Button)
			if !ok || b.Kind != control.Destroy || one.At == fyne.CanvasObject(b) {
				return
			}
			found++
			if !harmful && len(p.path) == 0 {
				t.Errorf("%v: %v asks with a red button (%s) and is not marked as harmful", p, one, b.Label())
			}
		})
	}
	c.run()
	if found < 5 {
		t.Errorf("only %d red questions were found: the test proves nothing", found)
	}
}
