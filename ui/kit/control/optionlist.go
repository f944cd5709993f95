package control

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
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
	l.scroll = container.NewVScroll(look.V(0, objs...))
	box := look.NewBox(look.Raised, look.Hairline, look.RadiusControl)
	box.Shadow = true
	l.plate = look.Z(box, look.Pad(look.S4, l.scroll))
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

// KeyDown and KeyUp are part of desktop.Keyable.
func (l *optionList) KeyDown(k *fyne.KeyEvent) { KeyDown(k) }
func (l *optionList) KeyUp(k *fyne.KeyEvent)   { KeyUp(k) }

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
		if !keys.repeats(k.Name) {
			l.choose(l.at)
		}
	case fyne.KeyEscape:
		if !keys.repeats(k.Name) {
			l.close()
		}
	}
}

// AcceptsTab keeps Tab in the open list.
func (l *optionList) AcceptsTab() bool { return true }

// place puts the list below the selector, or above it if there is no space below.
func (l *optionList) place(s fyne.Size) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(l.of)
	wide := fyne.Max(l.of.Size().Width, look.Points(120))
	high := 2 * look.S4
	for _, line := range l.lines[:min(len(l.lines), mostLines)] {
		high += line.HeightFor(wide - 2*look.S4)
	}
	y := at.Y + l.of.Size().Height + look.S4
	if y+high > s.Height-look.S8 {
		if above := at.Y - look.S4 - high; above >= look.S8 {
			y = above
		} else {
			y = fyne.Max(look.S8, s.Height-look.S8-high)
		}
	}
	l.plate.Move(fyne.NewPos(fyne.Max(look.S8, fyne.Min(at.X, s.Width-look.S8-wide)), y))
	l.plate.Resize(fyne.NewSize(wide, fyne.Min(high, s.Height-2*look.S8)))
}

func (l *optionList) Tapped(*fyne.PointEvent) { l.close() }
func (l *optionList) MinSize() fyne.Size      { return fyne.Size{} }
func (l *optionList) Held() []fyne.CanvasObject {
	return []fyne.CanvasObject{l.plate}
}

func (l *optionList) CreateRenderer() fyne.WidgetRenderer {
	return look.NewPlaced(l.place, l.plate)
}

type optionLine struct {
	hover
	here, chosen bool
	box          *look.Box
	words        *look.Text
	mark         *look.Icon
}

func newOptionLine(label string, tap func()) *optionLine {
	o := &optionLine{box: look.NewBox(look.Clear, "", look.RadiusChip), words: look.NewText(label, look.Body, look.Ink), mark: look.NewIcon("check", 16, look.Accent)}
	line := look.H(look.S8, look.Grow(o.words), look.Scaled(16, 16, o.mark))
	o.init(o, look.Z(o.box, look.AtLeast(34, look.Inset(look.S12, 7, look.S8, 7, look.CentreVertically(line)))), tap, o.dress)
	return o
}

func (o *optionLine) dress() {
	o.box.Fill, o.words.Role = look.Clear, look.Body
	switch {
	case o.here:
		o.box.Fill = look.AccentSoft
	case o.over:
		o.box.Fill = look.HoverTint
	}
	if o.chosen {
		o.words.Role = look.Strong
	}
	look.ShowIf(o.mark, o.chosen)
}

// MouseIn, MouseMoved and MouseOut keep the page below from reacting to the mouse.
func (l *optionList) MouseIn(*desktop.MouseEvent)    {}
func (l *optionList) MouseMoved(*desktop.MouseEvent) {}
func (l *optionList) MouseOut()                      {}
