package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A codeCell is one cell of a CodeField and the characters in it.
type codeCell struct {
	widget.BaseWidget
	field  *CodeField
	at     int
	box    *look.Box
	chosen *look.Box // behind the selected characters
	mark   *look.Text
	caret  *look.Box
	objs   []fyne.CanvasObject
}

func newCodeCell(f *CodeField, at int) *codeCell {
	c := &codeCell{field: f, at: at, box: look.NewBox(look.Surface, look.Control, 10), chosen: look.NewBox(theme.ColorNameSelection, "", 4), mark: look.NewText("", look.CodeL, look.Ink), caret: look.NewBox(look.Accent, "", 1)}
	c.objs = []fyne.CanvasObject{c.box, c.chosen, c.mark, c.caret}
	c.paint()
	c.ExtendBaseWidget(c)
	return c
}

// first and last are the positions of the cell's characters.
func (c *codeCell) first() int { return c.at * c.field.perCell }
func (c *codeCell) last() int  { return min(c.first()+c.field.perCell, c.field.Length) }

// here reports whether the caret is in the cell. After the last character of a full field
// it is in the last cell.
func (c *codeCell) here() bool {
	at := c.field.CursorColumn
	return c.field.within && (at >= c.first() && at < c.last() || at == c.field.Length && c.last() == at)
}

func (c *codeCell) paint() {
	f := c.field
	c.mark.Words = f.Text[min(c.first(), len(f.Text)):min(c.last(), len(f.Text))]
	c.box.Fill, c.box.Stroke, c.box.Width = look.Surface, look.Control, look.StrokeHair
	here := c.here()
	switch {
	case f.Refused && here:
		c.box.Stroke, c.box.Width = look.Danger, look.StrokeFocus
	case f.Refused:
		c.box.Stroke, c.box.Width = look.Danger, look.StrokeRefused
	case here:
		c.box.Stroke, c.box.Width = look.Accent, look.StrokeFocus
	}
	from, to := f.selection()
	look.ShowIf(c.chosen, f.within && min(to, c.last()) > max(from, c.first()))
	look.ShowIf(c.caret, here && from == to)
}

// runeWidth is the width of one character.
func (c *codeCell) runeWidth() float32 { return c.mark.Role.TextWidth("0") }

func (c *codeCell) Least() float32 {
	return look.RoundUp(c.runeWidth()*float32(c.field.perCell)) + look.S12
}

func (c *codeCell) Refresh() {
	c.paint()
	c.arrange(c.Size())
	for _, o := range c.objs {
		o.Refresh()
	}
}

// arrange centres the space for all characters, so that they do not move while the
// user types.
func (c *codeCell) arrange(s fyne.Size) {
	c.box.Resize(s)
	n := float32(c.field.perCell)
	left := look.Whole((s.Width - c.runeWidth()*n) / 2)
	high := c.mark.Role.LineHeight()
	c.mark.Move(fyne.NewPos(left, look.Whole((s.Height-high)/2)))
	c.mark.Resize(fyne.NewSize(look.RoundUp(c.runeWidth()*n)+2, high))
	f := c.field
	x := func(at int) float32 { return left + c.runeWidth()*float32(at-c.first()) }
	from, to := f.selection()
	from, to = max(from, c.first()), min(to, c.last())
	begin, end := x(from)-1, x(to)+1
	if n == 1 { // the whole cell, so that neighbours look like one selection
		begin, end = look.S4, s.Width-look.S4
	}
	c.chosen.Move(fyne.NewPos(begin, look.S8))
	c.chosen.Resize(fyne.NewSize(end-begin, s.Height-2*look.S8))
	tall := look.Points(26)
	top := look.Whole((s.Height - tall) / 2)
	c.caret.Move(fyne.NewPos(x(f.CursorColumn)-1, top))
	c.caret.Resize(fyne.NewSize(2, tall))
	switch {
	case f.CursorColumn >= len(f.Text) && n == 1 && len(f.Text) < f.Length:
		c.caret.Move(fyne.NewPos(look.Whole(s.Width/2)-1, top))
	case len(f.Text) == f.Length && f.CursorColumn < f.Length: // the next character replaces this one
		c.caret.Move(fyne.NewPos(x(f.CursorColumn), top+tall))
		c.caret.Resize(fyne.NewSize(c.runeWidth(), 2))
	}
}

func (c *codeCell) MinSize() fyne.Size {
	if c.field.perCell > 1 {
		return fyne.NewSize(look.Points(84), look.Points(52))
	}
	return fyne.NewSize(look.Points(48), look.Points(60))
}

func (c *codeCell) CreateRenderer() fyne.WidgetRenderer { return &codeCellRenderer{c} }

type codeCellRenderer struct{ c *codeCell }

func (r *codeCellRenderer) Layout(s fyne.Size)           { r.c.arrange(s) }
func (r *codeCellRenderer) MinSize() fyne.Size           { return r.c.MinSize() }
func (r *codeCellRenderer) Refresh()                     { r.c.Refresh() }
func (r *codeCellRenderer) Objects() []fyne.CanvasObject { return r.c.objs }
func (r *codeCellRenderer) Destroy()                     {}

// codeLayout places the cells side by side. They are narrower when the space is too
// small: large text in a small card.
type codeLayout struct{ f *CodeField }

// width is the width of the field with cells of a width.
func (l *codeLayout) width(cell float32) float32 {
	n := len(l.f.cells)
	w := float32(n) * cell
	for i := 1; i < n; i++ {
		w += l.gap(i)
	}
	return w
}

func (l *codeLayout) gap(before int) float32 {
	if l.f.perCell == 1 && l.f.Group > 0 && before%l.f.Group == 0 {
		return look.S16
	}
	return look.S8
}

func (l *codeLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	m := l.f.cells[0].MinSize()
	return fyne.NewSize(l.width(m.Width), m.Height)
}

func (l *codeLayout) HeightFor([]fyne.CanvasObject, float32) float32 {
	return l.f.cells[0].MinSize().Height
}

func (l *codeLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	m := l.f.cells[0].MinSize()
	cell := fyne.Min(m.Width, look.Whole((s.Width-l.width(0))/float32(len(objs))))
	x := float32(0)
	for i, o := range objs {
		if i > 0 {
			x += l.gap(i)
		}
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(fyne.Max(cell, 1), m.Height))
		x += cell
	}
}
