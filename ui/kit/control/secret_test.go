package control_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// A code is selected by dragging and by Shift with arrows, and copied with Ctrl+C.
func TestSecretIsSelectedAndCopied(t *testing.T) {
	kittest.Wear(t, look.Theme{Mode: look.AlwaysLight})
	copied := ""
	s := control.NewSecret(control.SecretConfig{Name: "Code", Groups: []string{"7kmq", "2xwd", "9hfz"}, Join: "-", Role: look.CodeM, PerLine: 3, Copy: func(text string) { copied = text }})
	win := kittest.Open(t, s, s.MinSize().Width, s.MinSize().Height, 1)
	copyIt := func() string {
		s.TypedShortcut(&fyne.ShortcutCopy{})
		return copied
	}
	y := s.Size().Height / 2
	s.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(0, y)}, Button: desktop.MouseButtonPrimary})
	if win.Canvas().Focused() != fyne.Focusable(s) {
		t.Error("a mouse press does not focus it, so Ctrl+C goes elsewhere")
	}
	if got := copyIt(); got != "7kmq-2xwd-9hfz" {
		t.Errorf("without a selection %q is copied", got)
	}
	s.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(s.Size().Width, y)}, Dragged: fyne.NewDelta(s.Size().Width, 0)})
	s.DragEnd()
	if got := s.Selected(); got != "7kmq-2xwd-9hfz" {
		t.Errorf("dragged over all: %q", got)
	}
	key := func(names ...fyne.KeyName) {
		for _, n := range names {
			s.TypedKey(&fyne.KeyEvent{Name: n})
		}
	}
	key(fyne.KeyHome, fyne.KeyRight, fyne.KeyRight)
	s.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	key(fyne.KeyRight, fyne.KeyRight, fyne.KeyRight)
	s.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if got := copyIt(); got != "mq-2" {
		t.Errorf("selected with Shift: %q", got)
	}
	s.TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := s.Selected(); got != "7kmq-2xwd-9hfz" {
		t.Errorf("Ctrl+A: %q", got)
	}
}
