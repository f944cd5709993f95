package control_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/control"
)

// R44: keys and the mouse count as activity of a person, once. Changes of a
// widget by the program do not.
func TestActedIsWhatAPersonDid(t *testing.T) {
	test.NewTempApp(t)
	pressed := 0
	b := control.NewButton("Go", "", control.Secondary, func() { pressed++ })
	w := test.NewTempWindow(t, b)
	key := &fyne.KeyEvent{Name: fyne.KeyF9}
	defer control.KeyUp(key) // all tests share the keyboard
	control.Acted()
	b.Disable()
	b.Enable()
	b.Refresh()
	w.Resize(fyne.NewSize(300, 200))
	if control.Acted() {
		t.Error("a program's change counts")
	}
	for what, do := range map[string]func(){
		"a press":        func() { b.Tapped(&fyne.PointEvent{}) },
		"the mouse":      func() { b.MouseMoved(nil) },
		"a key":          func() { b.KeyDown(key) },
		"a key, nowhere": func() { control.KeyDown(key) },
	} {
		if do(); !control.Acted() || control.Acted() {
			t.Errorf("%s does not count once", what)
		}
	}
	if pressed != 1 {
		t.Errorf("pressed %d times", pressed)
	}
}
