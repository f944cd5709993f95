package kit

import (
	"fyne.io/fyne/v2"
)

// A Page has breadcrumbs, a title, a lead, a body and, if there is something to do, an
// action bar.
type Page struct {
	Crumbs  []Crumb
	Title   string
	Lead    string
	Aside   fyne.CanvasObject // right of the title
	Body    []fyne.CanvasObject
	Left    []fyne.CanvasObject // action bar, left: Cancel
	Actions []fyne.CanvasObject // action bar, right, the primary last
	Margin  float32             // at least this much beside the column; 0 is 32
}

// Build lays the page out: a column that scrolls, and below it the action bar, which
// does not.
func (p Page) Build() fyne.CanvasObject {
	if p.Margin == 0 {
		p.Margin = S32
	}
	var top []fyne.CanvasObject
	if len(p.Crumbs) > 0 {
		top = append(top, Crumbs(p.Crumbs...))
	}
	head := fyne.CanvasObject(NewText(p.Title, Title, Ink).Wrapped())
	if p.Aside != nil {
		up := fyne.Max(0, p.Aside.MinSize().Height-Title.line()) / 2 // so that a button does not move the title down
		head = H(S16, Grow(head), Inset(0, -up, 0, -up, p.Aside))
	}
	words := []fyne.CanvasObject{head}
	if p.Lead != "" {
		words = append(words, Para(p.Lead, Ink2))
	}
	top = append(top, V(S4, words...))
	body := V(S20, append([]fyne.CanvasObject{V(S12, top...)}, p.Body...)...)
	column := p.column(S24, body)
	page := []fyne.CanvasObject{Grow(Scroll(column))}
	if len(p.Actions)+len(p.Left) > 0 {
		left := append([]fyne.CanvasObject{}, p.Left...)
		if len(left) > 0 {
			left[0] = Flush(left[0])
		}
		bar := newBar((ActionBar-ControlHeight)/2, left, p.Actions)
		page = append(page, Sized(0, 1, NewBox(Hairline, "", 0)), p.column(0, bar))
	}
	return V(0, page...)
}

func (p Page) column(above float32, o fyne.CanvasObject) fyne.CanvasObject {
	return Narrow(ColumnWidth+2*p.Margin, Inset(p.Margin, above, p.Margin, above, o))
}

// actionBar places buttons that leave at the left and buttons that continue at the
// right. If they do not fit on one line, it uses two.
type actionBar struct{ pad float32 }

// newBar makes an action bar with pad points above and below the buttons.
func newBar(pad float32, left, right []fyne.CanvasObject) *fyne.Container {
	return lay(&actionBar{pad: pad}, Flow(S12, left...), FlowTrailing(S12, right...))
}

// ActionsRow is a row of buttons at the foot of a card: the one that leaves at the left
// (may be nil), those that continue at the right.
func ActionsRow(left fyne.CanvasObject, right ...fyne.CanvasObject) *fyne.Container {
	var way []fyne.CanvasObject
	if left != nil {
		way = append(way, Flush(left))
	}
	return newBar(0, way, right)
}

func (b *actionBar) stacked(objs []fyne.CanvasObject, w float32) bool {
	return natural(objs[0], S12)+S12+natural(objs[1], S12) > w
}

func (b *actionBar) heightFor(objs []fyne.CanvasObject, w float32) float32 {
	left, right := objs[0], objs[1]
	if b.stacked(objs, w) {
		return heightFor(right, w) + S12 + heightFor(left, w) + 2*scaled(b.pad)
	}
	return fyne.Max(heightFor(left, w), heightFor(right, w)) + 2*scaled(b.pad)
}

func (b *actionBar) MinSize(objs []fyne.CanvasObject) fyne.Size {
	m := objs[0].MinSize().Max(objs[1].MinSize())
	return m.AddWidthHeight(0, 2*scaled(b.pad))
}

func (b *actionBar) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	left, right := objs[0], objs[1]
	put := func(o fyne.CanvasObject, x, y, w float32) float32 {
		h := heightFor(o, w)
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
		return h
	}
	if b.stacked(objs, s.Width) { // the primary first, where the eye is
		y := scaled(b.pad)
		y += put(right, 0, y, s.Width) + S12
		put(left, 0, y, s.Width)
		return
	}
	w := natural(right, S12)
	middle := func(o fyne.CanvasObject, w float32) float32 { return whole((s.Height - heightFor(o, w)) / 2) }
	put(left, 0, middle(left, s.Width-w), s.Width-w)
	put(right, s.Width-w, middle(right, w), w)
}
