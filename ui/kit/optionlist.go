package kit

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// An optionList is the open list of a Selector: an overlay with the keyboard focus,
// which closes on a press outside.
type optionList struct {
	widget.BaseWidget
	of     *Selector
	over   *overlay
	at     int // the line that Enter chooses
	lines  []*optionLine
	plate  fyne.CanvasObject
	scroll *container.Scroll
}

// mostLines is the number of options shown without scrolling.
const mostLines = 8

func openList(c fyne.Canvas, of *Selector) *optionList {
	l := &optionList{of: of, at: max(0, of.Selected)}
	var objs []fyne.CanvasObject
	for i, o := range of.options {
		line := newOptionLine(o, func() { l.choose(i) })
		l.lines = append(l.lines, line)
		objs = append(objs, line)
	}
	l.scroll = container.NewVScroll(V(0, objs...))
	box := NewBox(Raised, Hairline, RadiusControl)
	box.Shadow = true
	l.plate = Z(box, Pad(S4, l.scroll))
	l.ExtendBaseWidget(l)
	l.mark(l.at)
	l.over = openOverlay(c, l, l.close)
	c.Focus(l)
	l.reveal()
	return l
}

func (l *optionList) close() {
	l.over.close()
	l.of.list = nil
}

func (l *optionList) choose(i int) {
	l.close()
	l.of.pick(i)
}

func (l *optionList) mark(i int) {
	l.at = i
	for j, line := range l.lines {
		line.here, line.chosen = j == i, j == l.of.Selected
		line.Refresh()
	}
}

func (l *optionList) move(i int) {
	l.mark(min(len(l.lines)-1, max(0, i)))
	l.reveal()
}

func (l *optionList) reveal() { reveal(l.lines[l.at]) }

func (l *optionList) FocusGained() {}
func (l *optionList) FocusLost()   {}

// TypedRune moves to the next option that begins with the letter.
func (l *optionList) TypedRune(r rune) {
	for i := range l.lines {
		j := (l.at + 1 + i) % len(l.lines)
		if strings.HasPrefix(strings.ToLower(l.of.options[j]), string(unicode.ToLower(r))) {
			l.move(j)
			return
		}
	}
}

func (l *optionList) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyUp:
		l.move(l.at - 1)
	case fyne.KeyDown:
		l.move(l.at + 1)
	case fyne.KeyHome:
		l.move(0)
	case fyne.KeyEnd:
		l.move(len(l.lines) - 1)
	case fyne.KeyPageUp:
		l.move(l.at - mostLines)
	case fyne.KeyPageDown:
		l.move(l.at + mostLines)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		l.choose(l.at)
	case fyne.KeyEscape:
		l.close()
	}
}

// AcceptsTab keeps Tab in the open list.
func (l *optionList) AcceptsTab() bool { return true }

// place puts the list below the selector, or above it if there is no space below.
func (l *optionList) place(s fyne.Size) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l.of)
	line := l.lines[0].MinSize().Height
	high := line*float32(min(len(l.lines), mostLines)) + 2*S4
	wide := fyne.Max(l.of.Size().Width, scaled(120))
	y := at.Y + l.of.Size().Height + S4
	if y+high > s.Height-S8 {
		if above := at.Y - S4 - high; above >= S8 {
			y = above
		} else {
			y = fyne.Max(S8, s.Height-S8-high)
		}
	}
	l.plate.Move(fyne.NewPos(fyne.Max(S8, fyne.Min(at.X, s.Width-S8-wide)), y))
	l.plate.Resize(fyne.NewSize(wide, fyne.Min(high, s.Height-2*S8)))
}

func (l *optionList) Tapped(*fyne.PointEvent) { l.close() }
func (l *optionList) MinSize() fyne.Size      { return fyne.Size{} }
func (l *optionList) Held() []fyne.CanvasObject {
	return []fyne.CanvasObject{l.plate}
}

func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	return newPlaced(l.place, l.plate)
}

type optionLine struct {
	hover
	here, chosen bool
	box          *Box
	words        *Text
	mark         *Icon
}

func newOptionLine(label string, tap func()) *optionLine {
	o := &optionLine{box: NewBox(Clear, "", RadiusChip), words: NewText(label, Body, Ink), mark: NewIcon("check", 16, Accent)}
	line := H(S8, Grow(o.words), Scaled(16, 16, o.mark))
	o.init(o, Z(o.box, Scaled(0, 34, Inset(S12, 0, S8, 0, Centre2(line)))), tap, o.dress)
	return o
}

func (o *optionLine) dress() {
	o.box.Fill, o.words.Role = Clear, Body
	switch {
	case o.here:
		o.box.Fill = AccentSoft
	case o.over:
		o.box.Fill = HoverTint
	}
	if o.chosen {
		o.words.Role = Strong
	}
	showIf(o.mark, o.chosen)
}

// MouseIn, MouseMoved and MouseOut keep the page below from reacting to the mouse.
func (l *optionList) MouseIn(*desktop.MouseEvent)    {}
func (l *optionList) MouseMoved(*desktop.MouseEvent) {}
func (l *optionList) MouseOut()                      {}
