package kit_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// A message covers no code, and no control if there is room beside them.
func TestToastKeepsCodesFree(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	code := func() fyne.CanvasObject { return look.NewText("YMEV-CNKF-THEJ-TT95", look.CodeL, look.Ink) }
	button := func() fyne.CanvasObject { return control.NewButton("Continue", "", control.Primary, func() {}) }
	var codes, buttons []fyne.CanvasObject
	for range 30 {
		codes, buttons = append(codes, code()), append(buttons, button())
	}
	for name, tt := range map[string]struct {
		page fyne.CanvasObject
		free bool // of controls too
	}{
		"nothing":             {look.V(0), true},
		"a code at the foot":  {look.V(0, look.Grow(look.V(0)), look.Centre(code())), true},
		"an action bar":       {kit.Page{Title: "Codes", Actions: []fyne.CanvasObject{button()}}.Build(), true},
		"codes above buttons": {look.V(0, look.V(0, codes[:10]...), look.V(0, buttons[:4]...)), false},
		"scrolled codes":      {kit.Page{Title: "Codes", Body: append(codes, look.Sized(1, 300, look.V(0)))}.Build(), false},
	} {
		t.Run(name, func(t *testing.T) {
			toast := kit.NewToaster(kit.Clock{})
			page := look.V(0, look.Grow(tt.page))
			view := toast.View(page)
			kittest.Open(t, look.Z(page, view), 600, 480, 1)
			toast.Offer("Copied. Other programs can read the clipboard.", "Undo", 0, func() {}, nil)
			plate, size := fyne.Position{}, fyne.Size{}
			look.WalkPlaces(view, func(o fyne.CanvasObject, at fyne.Position) bool {
				if b, ok := o.(*look.Box); ok && b.Shadow {
					plate, size = at, b.Size()
				}
				return true
			})
			if size.Height < 20 || plate.Y < 0 || plate.Y+size.Height > 480 {
				t.Fatalf("the message is at %v, %v", plate, size)
			}
			look.WalkPlaces(page, func(o fyne.CanvasObject, at fyne.Position) bool {
				over := at.Y < plate.Y+size.Height && at.Y+o.Size().Height > plate.Y && at.X < plate.X+size.Width && at.X+o.Size().Width > plate.X
				if c, ok := o.(*look.Text); ok && over && c.Role.Mono {
					t.Errorf("it covers %q", c.Words)
				}
				if b, ok := o.(*control.Button); ok && over && tt.free {
					t.Errorf("it covers %q", b.Label())
				}
				return true
			})
		})
	}
}

// A message is shown on the dialog that is open, and on the page again after it.
func TestToastIsOnTop(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	toast := kit.NewToaster(kit.Clock{})
	page := toast.View(look.V(0))
	toast.Say("Saved")
	dialog := toast.View(look.V(0))
	if page.AccessibilityLabel() != "" || dialog.AccessibilityLabel() != "Saved" {
		t.Errorf("page %q, dialog %q", page.AccessibilityLabel(), dialog.AccessibilityLabel())
	}
	dialog.Remove()
	if page.AccessibilityLabel() != "Saved" {
		t.Errorf("page %q", page.AccessibilityLabel())
	}
}

// The button of a message undoes, or its end goes on, never both.
func TestToastUndoesOrGoesOn(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var undone, gone int
	offer := func(toast *kit.Toaster) {
		toast.Offer("Deleted", "Undo", 0, func() { undone++ }, func() { gone++ })
	}
	toast := kit.NewToaster(kit.Clock{})
	toast.View(look.V(0))
	if toast.Act() {
		t.Error("nothing was done")
	}
	offer(toast)
	if !toast.Act() || toast.Act() || undone != 1 || gone != 0 || toast.Says() != "" {
		t.Errorf("undone %d, gone on %d, says %q", undone, gone, toast.Says())
	}
	offer(toast)
	toast.Say("Copied") // the next message
	offer(toast)
	toast.Hush()
	toast.Hush()
	if undone != 1 || gone != 2 {
		t.Errorf("undone %d, gone on %d", undone, gone)
	}
}
