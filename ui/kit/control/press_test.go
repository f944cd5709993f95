package control_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/control"
)

// A key that is held down presses a button once, even if the press moved the
// focus to another button.
func TestHeldKeyPressesOnce(t *testing.T) {
	test.NewTempApp(t)
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn}
	pressed := map[string]int{}
	second := control.NewButton("Second", "", control.Secondary, func() { pressed["second"]++ })
	first := control.NewButton("First", "", control.Secondary, func() { pressed["first"]++ })
	page := control.Bindings{Enter: func() { pressed["page"]++ }}

	first.KeyDown(enter)
	first.TypedKey(enter)
	second.TypedKey(enter) // repeats: the window has moved the focus
	page.Typed(enter)
	second.TypedKey(enter)
	second.KeyUp(enter)
	if pressed["first"] != 1 || pressed["second"] != 0 || pressed["page"] != 0 {
		t.Errorf("a key that was held down pressed %v; want first once", pressed)
	}
	second.KeyDown(enter)
	second.TypedKey(enter)
	second.KeyUp(enter)
	if pressed["second"] != 1 {
		t.Errorf("after it was released, the key pressed %v; want second once", pressed)
	}
}

// The second click of a double click does not press an object that the first
// one moved under the mouse. A click elsewhere does.
func TestDoubleClickPressesOneButton(t *testing.T) {
	test.NewTempApp(t)
	pressed := map[string]int{}
	button := func(name string) *control.Button {
		return control.NewButton(name, "", control.Secondary, func() { pressed[name]++ })
	}
	click := func(b *control.Button, x, y float32) {
		e := fyne.PointEvent{AbsolutePosition: fyne.NewPos(x, y)}
		b.MouseDown(&desktop.MouseEvent{PointEvent: e})
		b.MouseUp(&desktop.MouseEvent{PointEvent: e})
		b.Tapped(&e)
	}
	above, below, beside := button("above"), button("below"), button("beside")
	click(above, 100, 100)
	click(below, 101, 100)
	click(below, 101, 101)
	if pressed["above"] != 1 || pressed["below"] != 0 {
		t.Errorf("a double click pressed %v; want above once", pressed)
	}
	click(beside, 200, 100)
	click(beside, 200, 100)
	if pressed["beside"] != 2 {
		t.Errorf("two clicks on one button pressed it %d times; the button's action decides", pressed["beside"])
	}
}
