package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// unpainted is an app of a real window before its first frame: the driver knows no object's
// canvas yet.
type unpainted struct{ fyne.App }

func (a unpainted) Driver() fyne.Driver { return unpaintedDriver{a.App.Driver()} }

type unpaintedDriver struct{ fyne.Driver }

func (unpaintedDriver) CanvasForObject(fyne.CanvasObject) fyne.Canvas { return nil }

// What was just made is found in its window, so that it can be scrolled into view: on the
// page, in a dialog, but not while it is hidden or on no window.
func TestPathToAnObjectThatWasNotPaintedYet(t *testing.T) {
	app := test.NewTempApp(t)
	object := func() fyne.CanvasObject { return canvas.NewRectangle(nil) }
	page, dialog, hidden, nowhere := object(), object(), object(), object()
	hidden.Hide()
	w := app.NewWindow("")
	w.SetContent(container.NewScroll(container.NewVBox(page, hidden)))
	w.Canvas().Overlays().Add(container.NewVBox(dialog))
	fyne.SetCurrentApp(unpainted{app})
	t.Cleanup(func() { fyne.SetCurrentApp(app) })
	for name, o := range map[string]fyne.CanvasObject{"page": page, "dialog": dialog} {
		if way := PathTo(o); len(way) < 2 || way[len(way)-1] != o {
			t.Errorf("%s: path %v", name, way)
		}
	}
	for name, o := range map[string]fyne.CanvasObject{"hidden": hidden, "nowhere": nowhere} {
		if way := PathTo(o); way != nil {
			t.Errorf("%s: path %v", name, way)
		}
	}
}
