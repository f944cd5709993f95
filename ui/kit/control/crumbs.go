package control

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
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
			o = look.NewText(p.Name, look.Label, look.Ink2)
		case p.OnTap == nil:
			o = look.NewText(p.Name, look.Caption, look.Ink2)
		default:
			o = newCrumb(p)
		}
		if i < len(parts)-1 { // after a part, so that no line begins with one
			o = look.H(6, o, look.NewIcon("chevron", 12, look.Ink3))
		}
		line = append(line, o)
	}
	return look.Flow(6, line...)
}

// A CrumbLink is a part of the breadcrumbs that leads to its page.
type CrumbLink struct{ Button }

func newCrumb(p Crumb) *CrumbLink {
	b := &CrumbLink{Button{Kind: Quiet, box: look.NewBox(look.Clear, "", look.RadiusChip), label: look.NewText(p.Name, look.Caption, look.Ink2)}}
	b.OnTap, b.Name, b.role = p.OnTap, p.Name, fyne.AccessibleRoleLink
	b.init(b, b.label, look.RadiusChip, 3, func() {
		b.label.Color = look.Ink2
		if b.Hovered || b.Ringed() {
			b.label.Color = look.AccentInk
		}
	})
	return b
}
