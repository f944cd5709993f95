package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"

	. "nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
)

func TestCodeFieldKeepsTheFocusWhenItsScreenIsDrawnAgain(t *testing.T) {
	kittest.Wear(t, Theme{})
	field := NewCodeField(6, 3, "")
	called := 0
	field.OnChanged = func(string) { called++ }
	screen := Z(V(8, NewText("Enter the code", Body, Ink), field))
	win := kittest.Open(t, screen, 500, 300, 1)
	win.Canvas().Focus(field)
	for _, r := range "4180" {
		field.TypedRune(r)
	}

	field.SetState(CodeState{Value: "4180"})
	screen.Objects = []fyne.CanvasObject{V(8, NewText("Another heading", Body, Ink), NewText("and a new line", Body, Ink), field)}
	screen.Refresh()
	if win.Canvas().Focused() != fyne.Focusable(field) || field.Value != "4180" {
		t.Errorf("focus is on %v, value is %q", win.Canvas().Focused(), field.Value)
	}
	field.TypedRune('2')
	if field.Value != "41802" || called != 5 {
		t.Errorf("value is %q, OnChanged called %d times", field.Value, called)
	}

	field.SetState(CodeState{Value: "418 025", Refused: true})
	if called != 5 {
		t.Error("SetState calls OnChanged")
	}
	if field.Value != "418025" || !field.Refused {
		t.Errorf("value is %q, refused %t", field.Value, field.Refused)
	}
	field.TypedRune('7')
	if field.Value != "7" || field.Refused {
		t.Errorf("after a refusal, typing leaves %q", field.Value)
	}
}
