package kit

import (
	"fyne.io/fyne/v2"
)

// A Crumb is one page in the breadcrumbs.
type Crumb struct {
	Name  string
	OnTap func() // nil: not a link
}

// Crumbs are the breadcrumbs of a page (R5). Each crumb with OnTap is a link, except
// the last, which is the page itself. They wrap when they are too long for one line.
func Crumbs(parts ...Crumb) fyne.CanvasObject {
	var line []fyne.CanvasObject
	for i, p := range parts {
		var o fyne.CanvasObject
		switch {
		case i == len(parts)-1:
			o = NewText(p.Name, Label, Ink2)
		case p.OnTap == nil:
			o = NewText(p.Name, Caption, Ink3)
		default:
			o = newCrumb(p)
		}
		if i > 0 {
			o = H(6, NewIcon("chevron", 12, Ink3), o)
		}
		line = append(line, o)
	}
	return Flow(6, line...)
}

func newCrumb(p Crumb) *Button {
	b := &Button{Kind: Quiet, box: NewBox(Clear, "", RadiusChip), label: NewText(p.Name, Caption, Ink3)}
	b.OnTap, b.Name, b.role = p.OnTap, p.Name, fyne.AccessibleRoleLink
	b.init(b, b.label, RadiusChip, 3, func() {
		b.label.Color = Ink3
		if b.Hovered || b.Focused {
			b.label.Color = Accent
		}
	})
	return b
}
