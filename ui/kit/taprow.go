package kit

import "fyne.io/fyne/v2"

// A TapRow is a row that can be pressed as a whole.
type TapRow struct {
	Pressable
	box *Box
}

// NewTapRow makes a row from its content. Screen readers say the first text in it,
// unless Name is set.
func NewTapRow(content fyne.CanvasObject, tap func()) *TapRow {
	r := &TapRow{box: NewBox(Clear, "", RadiusCard)}
	r.OnTap = tap
	Walk(content, func(o fyne.CanvasObject) bool {
		if t, ok := o.(*Text); ok && t.Words != "" {
			r.Name = t.Words
		}
		return r.Name == ""
	})
	r.init(r, Z(r.box, content), RadiusCard, -2, func() {
		r.box.Fill = Clear
		if r.Hovered || r.Pressed {
			r.box.Fill = HoverTint
		}
	})
	return r
}
