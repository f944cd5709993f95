package control_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// The ring is shown to who uses the keyboard: after a press of the mouse the focused
// button has none, until the next key.
func TestRingIsForTheKeyboard(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	b := control.NewButton("Copy", "", control.Secondary, nil)
	back := control.NewBackdrop(nil)
	win := kittest.Open(t, look.Z(back, b), 300, 100, 1)
	c := win.Canvas()
	back.MouseDown(&desktop.MouseEvent{})
	still := c.Capture()
	c.Focus(b)
	if !kittest.Same(still, c.Capture()) || b.Ringed() {
		t.Error("a ring is shown to who uses the mouse")
	}
	b.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if b.Ringed() {
		t.Error("Shift alone shows the ring")
	}
	b.KeyDown(&fyne.KeyEvent{Name: fyne.KeyTab})
	if !b.Ringed() || kittest.Same(still, c.Capture()) {
		t.Error("no ring is shown to who uses the keyboard")
	}
	b.MouseDown(&desktop.MouseEvent{})
	b.MouseUp(&desktop.MouseEvent{})
	if b.Ringed() {
		t.Error("the ring stays after a press of the mouse")
	}
}

// selected is what is selected in an input.
func selected(in *control.Input) string {
	return in.Focus().(interface{ SelectedText() string }).SelectedText()
}

// Text that is in a field already is selected when the focus arrives, so that typing
// replaces it; not when the mouse places the caret, when the window or a dialog over it
// comes and goes, or when the screen is drawn again while somebody types.
func TestPrefilledFieldIsSelectedWhenTheFocusArrives(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	one, two := control.NewInput(control.InputConfig{Text: "59m59s"}), control.NewInput(control.InputConfig{Text: "Blue"})
	win := kittest.Open(t, look.V(8, one, two), 300, 200, 1)
	c := win.Canvas()
	c.Focus(one.Focus())
	if selected(one) != "59m59s" {
		t.Errorf("on focus %q is selected", selected(one))
	}
	c.FocusNext()
	if selected(two) != "Blue" {
		t.Errorf("after Tab %q is selected", selected(two))
	}
	kittest.Press(two.Focus(), fyne.KeyEnd)
	two.Focus().FocusLost()
	two.Focus().FocusGained()
	if selected(two) != "" {
		t.Errorf("when the window comes back, %q is selected", selected(two))
	}
	control.ShowDialog(c, control.DialogConfig{Title: "Sure?", Do: "Yes"}).Dismiss()
	if selected(two) != "" || c.Focused() != two.Focus() {
		t.Errorf("after a dialog %q is selected, the focus is on %T", selected(two), c.Focused())
	}
	again := control.NewInput(control.InputConfig{Text: "Bl"})
	kittest.Press(two.Focus(), fyne.KeyLeft, fyne.KeyLeft)
	win.SetContent(look.V(8, one, again))
	control.Succeed(c, two.Focus().(fyne.CanvasObject), again.Focus())
	again.Focus().TypedRune('u')
	if again.Text() != "Blu" {
		t.Errorf("typing goes on as %q", again.Text())
	}
	one.Focus().(desktop.Mouseable).MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary})
	if selected(one) != "" {
		t.Errorf("a click selects %q", selected(one))
	}
}

// A selection made before a screen is drawn again is still there afterwards.
func TestSelectionSurvivesDrawingAgain(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	one, again := control.NewInput(control.InputConfig{Text: "Blue"}), control.NewInput(control.InputConfig{Text: "Blue"})
	win := kittest.Open(t, look.V(8, one, again), 300, 200, 1)
	win.Canvas().Focus(one.Focus())
	control.Succeed(win.Canvas(), one.Focus().(fyne.CanvasObject), again.Focus())
	again.Focus().TypedRune('R')
	if again.Text() != "R" {
		t.Errorf("typing leaves %q", again.Text())
	}
}

// Shift with Home or End selects, and undo with a selection harms nothing.
func TestInputSelectsWithHomeAndEnd(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	in := control.NewInput(control.InputConfig{})
	win := kittest.Open(t, in, 300, 100, 1)
	e := in.Focus()
	win.Canvas().Focus(e)
	key := e.(desktop.Keyable)
	for _, r := range "nightlatch" {
		e.TypedRune(r)
	}
	kittest.Press(e, fyne.KeyLeft)
	key.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	kittest.Press(e, fyne.KeyHome)
	key.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	kittest.Press(e, fyne.KeyDelete)
	if in.Text() != "h" {
		t.Errorf("Shift+Home and Delete leave %q", in.Text())
	}
	paste(e, "xyz")
	key.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	kittest.Press(e, fyne.KeyEnd, fyne.KeyLeft)
	key.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	short := e.(fyne.Shortcutable)
	for range 4 {
		short.TypedShortcut(&fyne.ShortcutUndo{})
		_ = selected(in)
	}
	if in.Text() != "" {
		t.Errorf("undo leaves %q", in.Text())
	}
	for range 4 {
		short.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyZ, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift})
	}
	if in.Text() != "xyzh" {
		t.Errorf("redo leaves %q", in.Text())
	}
}
