package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A PaletteItem is a result of a Palette.
type PaletteItem struct {
	Group         string // the heading above the first item of a group
	Icon          string
	Title, Detail string
	Do            func()
}

// A Palette is a search field over the page with a list of results. The field keeps the
// keyboard focus: Up, Down, Page Up and Page Down choose a result, Enter opens it, Escape or a
// press outside close the palette.
type Palette struct {
	widget.BaseWidget
	over   *overlay
	field  *Input
	onEnd  func()
	items  []PaletteItem
	lines  []*paletteLine
	at     int
	column *fyne.Container
	scroll *container.Scroll
	scrim  *look.Box
	card   fyne.CanvasObject
}

// A palette's width and its distance from the top of the window.
const (
	paletteWidth float32 = 600
	paletteTop   float32 = 64
	palettePage          = 6 // results that Page Down skips
)

// ShowPalette opens a palette. onText is called when the text changes, onEnd when the palette
// was closed.
func ShowPalette(c fyne.Canvas, name string, limit int, onText func(string), onEnd func()) *Palette {
	p := &Palette{onEnd: onEnd, column: look.V(0), scrim: look.NewBox(look.Scrim, "", 0)}
	p.field = NewInput(InputConfig{Name: name, Placeholder: name, Icon: "search", Limit: limit, OnChanged: onText, OnSubmit: func(string) { p.perform(p.at) }})
	p.field.OnKey = p.key
	p.scroll = container.NewVScroll(p.column)
	box := look.NewBox(look.Surface, look.Hairline, look.RadiusSheet)
	box.Shadow = true
	p.card = look.Z(box, look.Pad(look.S12, look.V(look.S8, p.field, look.Grow(p.scroll))))
	p.ExtendBaseWidget(p)
	p.over = openOverlay(c, p, p.Close)
	c.Focus(p.field.Focus())
	return p
}

// Close closes the palette.
func (p *Palette) Close() {
	if p.over.open {
		p.over.close()
		p.onEnd()
	}
}

// Set shows results, and notes below them. The chosen result stays if it is still the same.
func (p *Palette) Set(items []PaletteItem, notes ...fyne.CanvasObject) {
	var chosen string
	if p.at > 0 && p.at < len(p.items) {
		chosen = p.items[p.at].Title
	}
	p.items, p.lines, p.column.Objects = items, nil, nil
	at, group := 0, ""
	for i, item := range items {
		if item.Group != group {
			group = item.Group
			p.column.Add(look.Inset(look.S12, look.S8, look.S12, look.S4, look.NewText(group, look.Label, look.Ink2)))
		}
		line := newPaletteLine(item, func() { p.perform(i) })
		p.lines = append(p.lines, line)
		p.column.Add(line)
		if chosen != "" && item.Title == chosen {
			at, chosen = i, ""
		}
	}
	for _, n := range notes {
		p.column.Add(look.Inset(look.S12, look.S12, look.S12, look.S12, n))
	}
	p.column.Refresh()
	p.Refresh()
	p.move(at)
}

func (p *Palette) key(k *fyne.KeyEvent) bool {
	switch k.Name {
	case fyne.KeyUp:
		p.move(p.at - 1)
	case fyne.KeyDown:
		p.move(p.at + 1)
	case fyne.KeyPageUp:
		p.move(p.at - palettePage)
	case fyne.KeyPageDown:
		p.move(p.at + palettePage)
	case fyne.KeyEscape:
		p.Close()
	default:
		return false
	}
	return true
}

func (p *Palette) move(i int) {
	p.at = max(0, min(len(p.lines)-1, i))
	for j, line := range p.lines {
		line.here = j == p.at
		line.Refresh()
	}
	switch {
	case p.at == 0:
		p.scroll.ScrollToTop()
	case len(p.lines) > 0:
		reveal(p.lines[p.at])
	}
}

func (p *Palette) perform(i int) {
	if i < 0 || i >= len(p.items) || !p.over.open {
		return
	}
	p.Close()
	p.items[i].Do()
}

// Chosen is the title of the result that Enter opens, "" for none.
func (p *Palette) Chosen() string {
	if p.at < 0 || p.at >= len(p.items) {
		return ""
	}
	return p.items[p.at].Title
}

func (p *Palette) place(s fyne.Size) {
	p.scrim.Resize(s)
	w := fyne.Min(look.Points(paletteWidth), s.Width-2*look.S16)
	top := fyne.Min(paletteTop, s.Height/8)
	h := fyne.Min(look.HeightFor(p.column, w-2*look.S12)+p.field.MinSize().Height+2*look.S12+look.S8, s.Height-top-look.S16)
	p.card.Move(fyne.NewPos(look.Whole((s.Width-w)/2), look.Whole(top)))
	p.card.Resize(fyne.NewSize(w, h))
}

// Refresh places the palette anew: its results may have changed.
func (p *Palette) Refresh() {
	p.place(p.Size())
	p.BaseWidget.Refresh()
}

// Tapped closes the palette: the press was outside, or on its edge.
func (p *Palette) Tapped(e *fyne.PointEvent) {
	at, size := p.card.Position(), p.card.Size()
	if e != nil && e.Position.X >= at.X && e.Position.X < at.X+size.Width && e.Position.Y >= at.Y && e.Position.Y < at.Y+size.Height {
		p.over.canvas.Focus(p.field.Focus())
		return
	}
	p.Close()
}

// MouseIn, MouseMoved and MouseOut keep the page below from reacting to the mouse.
func (p *Palette) MouseIn(*desktop.MouseEvent)    {}
func (p *Palette) MouseMoved(*desktop.MouseEvent) {}
func (p *Palette) MouseOut()                      {}

// MinSize is zero: a palette covers the canvas.
func (p *Palette) MinSize() fyne.Size { return fyne.Size{} }

// Held implements look.Holder.
func (p *Palette) Held() []fyne.CanvasObject { return []fyne.CanvasObject{p.card} }

// CreateRenderer implements fyne.Widget.
func (p *Palette) CreateRenderer() fyne.WidgetRenderer {
	return look.NewPlaced(p.place, p.scrim, p.card)
}

type paletteLine struct {
	hover
	here bool
	box  *look.Box
}

func newPaletteLine(item PaletteItem, tap func()) *paletteLine {
	l := &paletteLine{box: look.NewBox(look.Clear, "", look.RadiusControl)}
	words := []fyne.CanvasObject{look.NewText(item.Title, look.Body, look.Ink).Wrapped()}
	if item.Detail != "" {
		words = append(words, look.NewText(item.Detail, look.Caption, look.Ink2).Wrapped())
	}
	l.init(l, look.Z(l.box, look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S12, look.NewIcon(item.Icon, 18, look.Ink2), look.Grow(look.V(0, words...))))), tap, l.dress)
	return l
}

func (l *paletteLine) dress() {
	l.box.Fill = look.Clear
	switch {
	case l.here:
		l.box.Fill = look.AccentSoft
	case l.over:
		l.box.Fill = look.HoverTint
	}
}
