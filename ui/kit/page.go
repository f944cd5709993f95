package kit

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Page has breadcrumbs, a title, a lead, a body and, if there is something to do, an
// action bar.
type Page struct {
	Crumbs  []control.Crumb
	Title   string
	Lead    string
	Aside   fyne.CanvasObject // right of the title
	Body    []fyne.CanvasObject
	Left    []fyne.CanvasObject // action bar, left: Cancel
	Actions []fyne.CanvasObject // action bar, right, the primary last
	Margin  float32             // at least this much beside the column; 0 is 32
}

// Build lays the page out: a column that scrolls, and directly below it the action bar,
// which does not scroll.
func (p Page) Build() fyne.CanvasObject {
	if p.Margin == 0 {
		p.Margin = look.S32
	}
	var top []fyne.CanvasObject
	if len(p.Crumbs) > 0 {
		top = append(top, control.Crumbs(p.Crumbs...))
	}
	head := fyne.CanvasObject(look.NewText(p.Title, look.Title, look.Ink).Wrapped())
	if p.Aside != nil {
		up := fyne.Max(0, p.Aside.MinSize().Height-look.Title.LineHeight()) / 2 // so that a button does not move the title down
		head = look.H(look.S16, look.Grow(head), look.Inset(0, -up, 0, -up, p.Aside))
	}
	words := []fyne.CanvasObject{head}
	if p.Lead != "" {
		words = append(words, look.Para(p.Lead, look.Ink2))
	}
	top = append(top, look.V(look.S4, words...))
	body := look.V(look.S20, append([]fyne.CanvasObject{look.V(look.S12, top...)}, p.Body...)...)
	column := look.Scroll(p.column(look.S24, body))
	if len(p.Actions)+len(p.Left) == 0 {
		return column
	}
	left := append([]fyne.CanvasObject{}, p.Left...)
	if len(left) > 0 {
		left[0] = control.Flush(left[0])
	}
	bar := newBar((look.ActionBar-look.ControlHeight)/2, left, p.Actions)
	return look.Lay(underBody{}, column, look.NewBox(look.Window, "", 0), look.NewBox(look.Hairline, "", 0), p.column(0, bar))
}

func (p Page) column(above float32, o fyne.CanvasObject) fyne.CanvasObject {
	return look.Inset(p.Margin, above, p.Margin, above, look.Narrow(look.ColumnWidth, o))
}

// underBody places an action bar directly below the body. If they are higher than the
// space, the body scrolls, and the bar is at the bottom edge, below a rule. Then it has a
// ground: Fyne's software painter draws the text of an entry also where the scroll around
// the entry ends (v2.8.1).
type underBody struct{}

func (underBody) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	return look.HeightFor(objs[0], w) - look.S24 + look.HeightFor(objs[3], w)
}

func (underBody) MinSize(objs []fyne.CanvasObject) fyne.Size {
	body, bar := objs[0].MinSize(), objs[3].MinSize()
	return fyne.NewSize(fyne.Max(body.Width, bar.Width), body.Height+bar.Height)
}

func (u underBody) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	body, ground, rule, bar := objs[0], objs[1], objs[2], objs[3]
	high := look.HeightFor(bar, s.Width)
	scrolls := u.HeightFor(objs, s.Width) > s.Height
	look.ShowIf(ground, scrolls)
	look.ShowIf(rule, scrolls)
	y, to := look.HeightFor(body, s.Width)-look.S24, look.HeightFor(body, s.Width) // the bar covers the margin below the body
	if scrolls {
		y = fyne.Max(0, s.Height-high)
		to = y - 1
	}
	body.Resize(fyne.NewSize(s.Width, fyne.Max(0, to)))
	rule.Move(fyne.NewPos(0, y-1))
	rule.Resize(fyne.NewSize(s.Width, 1))
	ground.Move(fyne.NewPos(0, y))
	ground.Resize(fyne.NewSize(s.Width, high))
	bar.Move(fyne.NewPos(0, y))
	bar.Resize(fyne.NewSize(s.Width, high))
}

// actionBar places buttons that leave at the left and buttons that continue at the
// right. If they do not fit on one line, it uses two.
type actionBar struct{ pad float32 }

// newBar makes an action bar with pad points above and below the buttons.
func newBar(pad float32, left, right []fyne.CanvasObject) *fyne.Container {
	return look.Lay(&actionBar{pad: pad}, look.Flow(look.S12, left...), look.FlowTrailing(look.S12, right...))
}

// ActionsRow is a row of buttons at the foot of a card: the one that leaves at the left
// (may be nil), those that continue at the right.
func ActionsRow(left fyne.CanvasObject, right ...fyne.CanvasObject) *fyne.Container {
	var way []fyne.CanvasObject
	if left != nil {
		way = append(way, control.Flush(left))
	}
	return newBar(0, way, right)
}

func (b *actionBar) stacked(objs []fyne.CanvasObject, w float32) bool {
	return look.FlowWidth(objs[0], look.S12)+look.S12+look.FlowWidth(objs[1], look.S12) > w
}

func (b *actionBar) HeightFor(objs []fyne.CanvasObject, w float32) float32 {
	left, right := objs[0], objs[1]
	if b.stacked(objs, w) {
		return look.HeightFor(right, w) + look.S12 + look.HeightFor(left, w) + 2*look.Points(b.pad)
	}
	return fyne.Max(look.HeightFor(left, w), look.HeightFor(right, w)) + 2*look.Points(b.pad)
}

func (b *actionBar) MinSize(objs []fyne.CanvasObject) fyne.Size {
	m := objs[0].MinSize().Max(objs[1].MinSize())
	return m.AddWidthHeight(0, 2*look.Points(b.pad))
}

func (b *actionBar) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	left, right := objs[0], objs[1]
	put := func(o fyne.CanvasObject, x, y, w float32) float32 {
		h := look.HeightFor(o, w)
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
		return h
	}
	if b.stacked(objs, s.Width) { // the primary first, where the eye is
		y := look.Points(b.pad)
		y += put(right, 0, y, s.Width) + look.S12
		put(left, 0, y, s.Width)
		return
	}
	w := look.FlowWidth(right, look.S12)
	middle := func(o fyne.CanvasObject, w float32) float32 { return look.Whole((s.Height - look.HeightFor(o, w)) / 2) }
	put(left, 0, middle(left, s.Width-w), s.Width-w)
	put(right, s.Width-w, middle(right, w), w)
}
