package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// A codeCell is one cell of a CodeField and the characters in it.
type codeCell struct {
	widget.BaseWidget
	field *CodeField
	at    int
	box   *Box
	mark  *Text
	caret *Box
	objs  []fyne.CanvasObject
}

func newCodeCell(f *CodeField, at int) *codeCell {
	c := &codeCell{field: f, at: at, box: NewBox(Surface, Control, 10), mark: NewText("", CodeL, Ink), caret: NewBox(Accent, "", 1)}
	c.objs = []fyne.CanvasObject{c.box, c.mark, c.caret}
	c.paint()
	c.ExtendBaseWidget(c)
	return c
}

func (c *codeCell) paint() {
	f := c.field
	first := c.at * f.perCell
	last := min(first+f.perCell, f.Length)
	c.mark.Words = f.Value[min(first, len(f.Value)):min(last, len(f.Value))]
	c.box.Fill, c.box.Stroke, c.box.Width = Surface, Control, StrokeHair
	full := len(f.Value) == f.Length
	here := f.focused && (len(f.Value) >= first && len(f.Value) < last || full && last == f.Length)
	switch {
	case f.Refused && here:
		c.box.Stroke, c.box.Width = Danger, StrokeFocus
	case f.Refused:
		c.box.Stroke, c.box.Width = Danger, StrokeRefused
	case here:
		c.box.Stroke, c.box.Width = Accent, StrokeFocus
	}
	showIf(c.caret, here && !full)
}

// runeWidth is the width of one character.
func (c *codeCell) runeWidth() float32 { return c.mark.Role.width("0") }

func (c *codeCell) least() float32 { return up(c.runeWidth()*float32(c.field.perCell)) + S12 }

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
	left := whole((s.Width - c.runeWidth()*n) / 2)
	high := c.mark.Role.line()
	c.mark.Move(fyne.NewPos(left, whole((s.Height-high)/2)))
	c.mark.Resize(fyne.NewSize(up(c.runeWidth()*n)+2, high))
	x := left + c.runeWidth()*float32(len(c.mark.Words))
	if n == 1 {
		x = whole(s.Width/2) - 1
	}
	c.caret.Resize(fyne.NewSize(2, scaled(26)))
	c.caret.Move(fyne.NewPos(x, whole((s.Height-scaled(26))/2)))
}

func (c *codeCell) MinSize() fyne.Size {
	if c.field.perCell > 1 {
		return fyne.NewSize(scaled(84), scaled(52))
	}
	return fyne.NewSize(scaled(48), scaled(60))
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
		return S16
	}
	return S8
}

func (l *codeLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	m := l.f.cells[0].MinSize()
	return fyne.NewSize(l.width(m.Width), m.Height)
}

func (l *codeLayout) heightFor([]fyne.CanvasObject, float32) float32 {
	return l.f.cells[0].MinSize().Height
}

func (l *codeLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	m := l.f.cells[0].MinSize()
	cell := fyne.Min(m.Width, whole((s.Width-l.width(0))/float32(len(objs))))
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
