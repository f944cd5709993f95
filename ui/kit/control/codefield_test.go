package control_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

func TestCodeFieldKeepsTheFocusWhenItsScreenIsDrawnAgain(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	field := control.NewCodeField(6, 3, "")
	called := 0
	field.OnChanged = func(string) { called++ }
	screen := look.Z(look.V(8, look.NewText("Enter the code", look.Body, look.Ink), field))
	win := kittest.Open(t, screen, 500, 300, 1)
	win.Canvas().Focus(field)
	for _, r := range "4180" {
		field.TypedRune(r)
	}

	field.SetState(control.CodeState{Value: "4180"})
	screen.Objects = []fyne.CanvasObject{look.V(8, look.NewText("Another heading", look.Body, look.Ink), look.NewText("and a new line", look.Body, look.Ink), field)}
	screen.Refresh()
	if win.Canvas().Focused() != fyne.Focusable(field) || field.Code() != "4180" {
		t.Errorf("focus is on %v, value is %q", win.Canvas().Focused(), field.Code())
	}
	field.TypedRune('2')
	if field.Code() != "41802" || called != 5 {
		t.Errorf("value is %q, OnChanged called %d times", field.Code(), called)
	}

	field.SetState(control.CodeState{Value: "418 025", Refused: true})
	if called != 5 {
		t.Error("SetState calls OnChanged")
	}
	if field.Code() != "418025" || !field.Refused {
		t.Errorf("value is %q, refused %t", field.Code(), field.Refused)
	}
	field.TypedRune('7')
	if field.Code() != "7" || field.Refused {
		t.Errorf("after a refusal, typing leaves %q", field.Code())
	}
}
