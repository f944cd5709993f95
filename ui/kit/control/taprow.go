package control

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A TapRow is a row that can be pressed as a whole.
type TapRow struct {
	Pressable
	box *look.Box
}

// NewTapRow makes a row from its content. Screen readers read the first text
// in it, unless Name is set.
func NewTapRow(content fyne.CanvasObject, tap func()) *TapRow {
	r := &TapRow{box: look.NewBox(look.Clear, "", look.RadiusCard)}
	r.OnTap = tap
	look.Walk(content, func(o fyne.CanvasObject) bool {
		if t, ok := o.(*look.Text); ok && t.Words != "" {
			r.Name = t.Words
		}
		return r.Name == ""
	})
	r.init(r, look.Z(r.box, content), look.RadiusCard, -2, func() {
		r.box.Fill = look.Clear
		if r.Hovered || r.Pressed {
			r.box.Fill = look.HoverTint
		}
	})
	return r
}
