package kit

import "fyne.io/fyne/v2"

// NewCommand is a line for a shell in a well, with a button that copies it. The
// line wraps: one reads it before one runs it.
func NewCommand(label, line string, copyLine func(line string)) fyne.CanvasObject {
	b := NewButton(label, "copy", Secondary, func() { copyLine(line) })
	return Z(NewBox(Sunken, Hairline, RadiusControl),
		Inset(S12, S8, S8, S8, H(S12, Grow(NewText(line, Code, Ink).Wrapped()), b)))
}
