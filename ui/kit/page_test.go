package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// The text of a field that is scrolled under the action bar is not drawn in the bar.
func TestFieldsEndAtTheActionBar(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	draw := func(text string) fyne.Window {
		var fields []fyne.CanvasObject
		for range 12 {
			fields = append(fields, control.NewTextField("Folder", "", control.InputConfig{Text: text}))
		}
		p := kit.Page{Title: "Backup", Body: fields, Actions: []fyne.CanvasObject{control.NewButton("Save", "", control.Primary, nil)}}
		return kittest.Open(t, kit.NewWindow(nil, p.Build()), 800, 600, 1)
	}
	bar := func(win fyne.Window) (dark int) {
		m := win.Canvas().Capture()
		for y := 600 - int(look.ActionBar) + 2; y < 600; y++ {
			for x := range 500 { // the button is farther right
				if r, _, _, _ := m.At(x, y).RGBA(); r < 0x8000 {
					dark++
				}
			}
		}
		return dark
	}
	for offset := range 40 { // one field after the other is under the bar
		win := draw("/mnt/backups")
		if s := scrollIn(win.Content()); s != nil {
			s.ScrollToOffset(fyne.NewPos(0, float32(2*offset)))
		}
		if n := bar(win); n > 0 {
			t.Fatalf("scrolled by %d, %d dark pixels are in the bar", 2*offset, n)
		}
	}
}

// The card of the sign-in form stays where it is when its content is lower or higher, at
// each size of the window in which the higher one fits.
func TestCentredCardDoesNotJump(t *testing.T) {
	for _, scale := range []float32{1, 1.5} {
		kittest.Wear(t, look.Theme{Scale: scale})
		for _, size := range []fyne.Size{{Width: 1180, Height: 780}, {Width: 1920, Height: 1080}} {
			var first fyne.Position
			for i, lines := range []int{2, 5, 9} {
				var parts []fyne.CanvasObject
				title := look.NewText("Sign in", look.Title, look.Ink)
				parts = append(parts, title)
				for range lines {
					parts = append(parts, look.Para("A line of the step.", look.Ink2))
				}
				kittest.Open(t, kit.CentredCard(440, look.NewText("Foot", look.Caption, look.Ink2), parts...), size.Width, size.Height, 1)
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(title)
				if i == 0 {
					first = at
				}
				if at != first {
					t.Errorf("scale %v, window %v: with %d lines the title is at %v, with the fewest at %v", scale, size, lines, at, first)
				}
			}
		}
	}
}

// scrollIn is the first scroll in an object, nil if there is none.
func scrollIn(o fyne.CanvasObject) (found *container.Scroll) {
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if s, ok := o.(*container.Scroll); ok {
			found = s
		}
		return found == nil
	})
	return found
}
