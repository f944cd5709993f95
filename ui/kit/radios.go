package kit

import (
	"fyne.io/fyne/v2"
)

// An Option is one of several ways to go on.
type Option struct {
	Label string
	Sub   string // a caption below; may be empty
}

// Radios are options under one another, of which one is chosen. They are one
// stop for Tab; the arrow keys choose.
type Radios struct {
	Pressable
	Selected int
	OnPick   func(i int)
	lines    []*radioLine
}

// NewRadios makes them; pick (may be nil) hears of every change by the person.
func NewRadios(selected int, pick func(i int), options ...Option) *Radios {
	r := &Radios{Selected: selected, OnPick: pick}
	var objs []fyne.CanvasObject
	for i, o := range options {
		l := newRadioLine(o, func() { r.pick(i) })
		r.lines = append(r.lines, l)
		objs = append(objs, l)
	}
	r.arrow = r.arrowed
	r.init(r, V(S12, objs...), RadiusControl, 4, r.dress)
	return r
}

// Set chooses without calling OnPick.
func (r *Radios) Set(i int) {
	r.Selected = i
	r.changed()
}

func (r *Radios) pick(i int) {
	if i == r.Selected || r.disabled {
		return
	}
	r.Set(i)
	if r.OnPick != nil {
		r.OnPick(i)
	}
}

func (r *Radios) arrowed(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyUp, fyne.KeyLeft:
		r.pick(max(0, r.Selected-1))
	case fyne.KeyDown, fyne.KeyRight:
		r.pick(min(len(r.lines)-1, r.Selected+1))
	default:
		return false
	}
	return true
}

func (r *Radios) dress() {
	for i, l := range r.lines {
		l.chosen, l.disabled = i == r.Selected, r.disabled
		l.dress()
	}
}

type radioLine struct {
	hover
	chosen, disabled bool
	box, dot         *Box
	label            *Text
}

func newRadioLine(o Option, tap func()) *radioLine {
	l := &radioLine{box: NewBox(Surface, Control, 10), dot: NewBox(OnAccent, "", 4), label: NewText(o.Label, Body, Ink).Wrapped()}
	says := []fyne.CanvasObject{l.label}
	if o.Sub != "" {
		says = append(says, NewText(o.Sub, Caption, Ink2).Wrapped())
	}
	drawn := Scaled(20, 20, Z(l.box, Centre(Scaled(8, 8, l.dot))))
	l.init(l, HTop(S12, drawn, Grow(V(2, says...))), tap, l.dress)
	return l
}

func (l *radioLine) dress() {
	l.box.Fill, l.box.Stroke, l.box.Width, l.box.Radius = Surface, Control, StrokeRefused, scaled(10)
	l.dot.Radius = scaled(4)
	if l.over {
		l.box.Stroke = Accent
	}
	if l.chosen {
		l.box.Fill, l.box.Stroke = Accent, Accent
	}
	l.label.Color = Ink
	if l.disabled {
		l.box.Fill, l.box.Stroke, l.label.Color = ChipFill, Hairline, Ink3
	}
	showIf(l.dot, l.chosen)
}
