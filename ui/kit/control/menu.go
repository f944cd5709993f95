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

// A MenuItem is a line of a Menu.
type MenuItem struct {
	Label string
	Keys  string // of its shortcut, at the right; may be empty
	Rule  bool   // a rule is above it
	Do    func()
}

// A Menu is a list of actions beside the object that opened it. It has the keyboard focus:
// Up, Down, Home, End and first letters move, Enter or Space acts, Escape, Tab and a press
// outside close it.
type Menu struct {
	widget.BaseWidget
	of     fyne.CanvasObject
	over   *overlay
	at     int // the line that Enter performs; -1 for none
	items  []MenuItem
	lines  []*menuLine
	body   fyne.CanvasObject
	plate  fyne.CanvasObject
	scroll *container.Scroll
}

// menuWidth is the width of a menu, if the window is wide enough.
const menuWidth float32 = 300

// ShowMenu opens a menu below an object. head is above the items.
func ShowMenu(c fyne.Canvas, of, head fyne.CanvasObject, items ...MenuItem) *Menu {
	m := &Menu{of: of, items: items}
	parts := []fyne.CanvasObject{head}
	for i, item := range items {
		line := newMenuLine(item, func() { m.perform(i) })
		m.lines = append(m.lines, line)
		if item.Rule {
			parts = append(parts, look.Inset(0, look.S4, 0, look.S4, look.Sized(0, 1, look.NewBox(look.Hairline, "", 0))))
		}
		parts = append(parts, line)
	}
	m.body = look.V(0, parts...)
	m.scroll = container.NewVScroll(m.body)
	box := look.NewBox(look.Raised, look.Hairline, look.RadiusControl)
	box.Shadow = true
	m.plate = look.Z(box, look.Pad(look.S4, m.scroll))
	m.ExtendBaseWidget(m)
	m.over = openOverlay(c, m, m.close)
	c.Focus(m)
	m.move(0)
	return m
}

func (m *Menu) close() { m.over.close() }

func (m *Menu) perform(i int) {
	if !m.over.open || i < 0 {
		return
	}
	m.close()
	m.items[i].Do()
}

func (m *Menu) move(i int) {
	m.at = min(len(m.lines)-1, max(0, i))
	for j, line := range m.lines {
		line.here = j == m.at
		line.Refresh()
	}
	if len(m.lines) > 0 {
		reveal(m.lines[m.at])
	}
}

// FocusGained and FocusLost are part of fyne.Focusable.
func (m *Menu) FocusGained() {}
func (m *Menu) FocusLost()   {}

// KeyDown and KeyUp are part of desktop.Keyable.
func (m *Menu) KeyDown(k *fyne.KeyEvent) { KeyDown(k) }
func (m *Menu) KeyUp(k *fyne.KeyEvent)   { KeyUp(k) }

// AcceptsTab keeps Tab in the open menu, which it closes.
func (m *Menu) AcceptsTab() bool { return true }

// AccessibilityLabel is the line that Enter performs.
func (m *Menu) AccessibilityLabel() string {
	if m.at < 0 || m.at >= len(m.items) {
		return ""
	}
	return m.items[m.at].Label
}

// TypedRune moves to the next line that begins with the letter.
func (m *Menu) TypedRune(r rune) {
	for i := range m.items {
		j := (m.at + 1 + i) % len(m.items)
		if strings.HasPrefix(strings.ToLower(m.items[j].Label), string(unicode.ToLower(r))) {
			m.move(j)
			return
		}
	}
}

// TypedKey is part of fyne.Focusable.
func (m *Menu) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyUp:
		m.move((m.at - 1 + len(m.lines)) % len(m.lines))
	case fyne.KeyDown:
		m.move((m.at + 1) % len(m.lines))
	case fyne.KeyHome, fyne.KeyPageUp:
		m.move(0)
	case fyne.KeyEnd, fyne.KeyPageDown:
		m.move(len(m.lines) - 1)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		if !keys.repeats(k.Name) {
			m.perform(m.at)
		}
	case fyne.KeyEscape, fyne.KeyTab:
		if !keys.repeats(k.Name) {
			m.close()
		}
	}
}

// place puts the menu below the object, within the window.
func (m *Menu) place(s fyne.Size) {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(m.of)
	wide := fyne.Min(look.Points(menuWidth), s.Width-2*look.S8)
	high := fyne.Min(look.HeightFor(m.body, wide-2*look.S4)+2*look.S4, s.Height-2*look.S8)
	y := at.Y + m.of.Size().Height + look.S4
	m.plate.Move(fyne.NewPos(fyne.Max(look.S8, fyne.Min(at.X, s.Width-look.S8-wide)), fyne.Max(look.S8, fyne.Min(y, s.Height-look.S8-high))))
	m.plate.Resize(fyne.NewSize(wide, high))
}

// Tapped closes the menu: the press was outside.
func (m *Menu) Tapped(*fyne.PointEvent) { m.close() }

// MouseIn, MouseMoved and MouseOut keep the page below from reacting to the mouse.
func (m *Menu) MouseIn(*desktop.MouseEvent)    {}
func (m *Menu) MouseMoved(*desktop.MouseEvent) {}
func (m *Menu) MouseOut()                      {}

// MinSize is zero: a menu covers the canvas.
func (m *Menu) MinSize() fyne.Size { return fyne.Size{} }

// Held implements look.Holder.
func (m *Menu) Held() []fyne.CanvasObject { return []fyne.CanvasObject{m.plate} }

// CreateRenderer implements fyne.Widget.
func (m *Menu) CreateRenderer() fyne.WidgetRenderer { return look.NewPlaced(m.place, m.plate) }

type menuLine struct {
	hover
	here bool
	box  *look.Box
}

func newMenuLine(item MenuItem, tap func()) *menuLine {
	l := &menuLine{box: look.NewBox(look.Clear, "", look.RadiusChip)}
	line := []fyne.CanvasObject{look.Grow(look.NewText(item.Label, look.Body, look.Ink).Wrapped())}
	if item.Keys != "" {
		line = append(line, look.NewText(item.Keys, look.Caption, look.Ink2))
	}
	l.init(l, look.Z(l.box, look.Inset(look.S12, look.S8, look.S12, look.S8, look.H(look.S12, line...))), tap, l.dress)
	return l
}

func (l *menuLine) dress() {
	l.box.Fill = look.Clear
	switch {
	case l.here:
		l.box.Fill = look.AccentSoft
	case l.over:
		l.box.Fill = look.HoverTint
	}
}
