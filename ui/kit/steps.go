package kit

import (
	"fyne.io/fyne/v2"
)

// A Crumb is one part of the way to a page.
type Crumb struct {
	Name  string
	OnTap func() // nil: words only
}

// Crumbs is the way to this page; every part that leads somewhere is a link,
// the last never is.
func Crumbs(parts ...Crumb) fyne.CanvasObject {
	var line []fyne.CanvasObject
	for i, p := range parts {
		if i > 0 {
			line = append(line, NewIcon("chevron", 12, Ink3))
		}
		switch {
		case i == len(parts)-1:
			line = append(line, NewText(p.Name, Label, Ink2))
		case p.OnTap == nil:
			line = append(line, NewText(p.Name, Caption, Ink3))
		default:
			b := &Button{Kind: Quiet, box: NewBox(Clear, "", RadiusChip), label: NewText(p.Name, Caption, Ink3)}
			b.OnTap = p.OnTap
			b.init(b, b.label, RadiusChip, 3, func() {
				b.label.Color = Ink3
				if b.Hovered {
					b.label.Color = Accent
				}
			})
			line = append(line, b)
		}
	}
	return H(6, append(line, Gap())...)
}

// Steps shows a ceremony's steps and where one is (at counts from 0).
func Steps(at int, names ...string) fyne.CanvasObject {
	var line []fyne.CanvasObject
	for i, n := range names {
		if i > 0 {
			line = append(line, Grow(V(0, Sized(0, 1, NewBox(Hairline, "", 0)))))
		}
		var disc fyne.CanvasObject
		ink, role := Ink3, Body
		num := string(rune('1' + i))
		switch {
		case i < at:
			disc, ink = Z(NewBox(AccentSoft, "", 12), Centre(NewIcon("check", 14, Accent))), Ink2
		case i == at:
			disc, ink, role = Z(NewBox(Accent, "", 12), Centre(NewText(num, Label, OnAccent))), Ink, Strong
		default:
			disc = Z(NewBox(Clear, Control, 12), Centre(NewText(num, Label, Ink3)))
		}
		line = append(line, H(S8, Sized(24, 24, disc), NewText(n, role, ink)))
	}
	return H(S12, line...)
}
