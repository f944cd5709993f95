package control_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// A button that has only an icon shows its name: after a moment below the mouse, and at once
// when the keyboard focus reaches it. A button with a label shows nothing.
func TestIconsHaveTips(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var tick func()
	stopped := 0
	layer := control.NewTipLayer(func(_ time.Duration, f func()) func() { tick = f; return func() { stopped++ } })
	icon := control.NewButton("", "delete", control.Quiet, func() {}).Named("Delete Blue key")
	labelled := control.NewButton("Delete", "delete", control.Quiet, func() {})
	win := kittest.Open(t, look.Z(look.V(0, look.H(0, look.Gap(), icon), look.Grow(look.V(0)), labelled), layer), 400, 300, 1)
	says := func() string {
		words := ""
		if layer.Visible() {
			look.Walk(layer, func(o fyne.CanvasObject) bool {
				if text, ok := o.(*look.Text); ok {
					words = text.Words
				}
				return true
			})
		}
		return words
	}
	icon.MouseIn(&desktop.MouseEvent{})
	if says() != "" || tick == nil {
		t.Fatal("the tip does not wait")
	}
	tick()
	if says() != "Delete Blue key" || stopped != 1 {
		t.Errorf("shows %q, stopped %d", says(), stopped)
	}
	look.WalkPlaces(layer, func(o fyne.CanvasObject, at fyne.Position) bool {
		if at.X < 0 || at.X+o.Size().Width > 400 || at.Y < 0 || at.Y+o.Size().Height > 300 {
			t.Errorf("%T at %v leaves the window", o, at)
		}
		return true
	})
	icon.MouseOut()
	if says() != "" {
		t.Errorf("shows %q beside the button", says())
	}
	icon.MouseIn(&desktop.MouseEvent{})
	icon.MouseDown(&desktop.MouseEvent{})
	if stopped != 2 {
		t.Error("a press does not end the wait")
	}
	tick = nil
	labelled.MouseIn(&desktop.MouseEvent{})
	if tick != nil || says() != "" {
		t.Error("a label is said twice")
	}
	control.KeyDown(&fyne.KeyEvent{Name: fyne.KeyTab})
	win.Canvas().Focus(icon)
	if says() != "Delete Blue key" {
		t.Errorf("with the focus shows %q", says())
	}
	win.Canvas().Unfocus()
	if says() != "" {
		t.Errorf("without the focus shows %q", says())
	}
}
