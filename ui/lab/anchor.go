package lab

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A new mail makes the list of mails one row longer, which would push what is below it out
// from under the eyes and the hands of the person. So a scrolled panel is held at its
// anchor: the topmost row in view stays where it is when the panel is drawn again.

// A row is a part of the panel that is found again after it was drawn anew.
type row struct {
	id string // of a mail or a key, or the name of a section
	o  fyne.CanvasObject
}

// mark remembers where a row of the panel is.
func (p *Panel) mark(id string, o fyne.CanvasObject) { p.rows = append(p.rows, row{id, o}) }

// anchor is the topmost row in view of a scrolled panel and its distance from the edge; ""
// for none.
func (p *Panel) anchor() (id string, at float32) {
	s := shell.ScrollIn(p.root)
	if s == nil || s.Offset.Y <= 0 {
		return "", 0
	}
	for _, r := range p.rows {
		y, ok := within(s.Content, r.o)
		if y -= s.Offset.Y; ok && y > -1 && (id == "" || y < at) {
			id, at = r.id, y
		}
	}
	return id, at
}

// hold scrolls so that a row is again at a distance from the edge.
func (p *Panel) hold(id string, at float32) {
	s := shell.ScrollIn(p.root)
	if s == nil || id == "" {
		return
	}
	for _, r := range p.rows {
		if y, ok := within(s.Content, r.o); ok && r.id == id {
			most := s.Content.Size().Height - s.Size().Height
			s.ScrollToOffset(fyne.NewPos(0, max(0, min(y-at, most))))
			return
		}
	}
}

// within is how far below the top of a tree an object begins.
func within(root, o fyne.CanvasObject) (y float32, ok bool) {
	way := look.Path(root, o)
	if way == nil {
		return 0, false
	}
	for _, one := range way[1:] {
		y += one.Position().Y
	}
	return y, true
}
