package control

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// Segments are choices side by side, of which one is selected: for a filter or a
// setting with few values. They are one tab stop; the arrow keys choose.
type Segments struct {
	Pressable
	Selected int
	OnPick   func(i int)

	cells []*segment
}

// NewSegments makes segments. pick (may be nil) is called when the user chooses.
func NewSegments(selected int, pick func(i int), labels ...string) *Segments {
	s := &Segments{Selected: selected, OnPick: pick}
	var line []fyne.CanvasObject
	for i, l := range labels {
		c := newSegment(l, func() { s.pick(i) })
		s.cells = append(s.cells, c)
		line = append(line, c)
	}
	s.arrow = s.arrowed
	s.init(s, look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusControl), look.Pad(3, look.H(2, line...))), look.RadiusControl, 3, s.dress)
	return s
}

// Named sets the name for screen readers.
func (s *Segments) Named(name string) *Segments { s.Name = name; return s }

// Set selects a segment without calling OnPick.
func (s *Segments) Set(i int) {
	s.Selected = i
	s.changed()
}

func (s *Segments) pick(i int) {
	if i == s.Selected || s.disabled {
		return
	}
	s.Set(i)
	if s.OnPick != nil {
		s.OnPick(i)
	}
}

func (s *Segments) arrowed(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyLeft, fyne.KeyUp:
		s.pick(max(0, s.Selected-1))
	case fyne.KeyRight, fyne.KeyDown:
		s.pick(min(len(s.cells)-1, s.Selected+1))
	case fyne.KeyHome:
		s.pick(0)
	case fyne.KeyEnd:
		s.pick(len(s.cells) - 1)
	default:
		return false
	}
	return true
}

func (s *Segments) dress() {
	for i, c := range s.cells {
		c.chosen, c.disabled = i == s.Selected, s.disabled
		c.dress()
	}
}

// A segment is one choice. The mouse presses it; the keyboard focus is on the Segments.
type segment struct {
	hover
	chosen, disabled bool
	box              *look.Box
	label            *look.Text
}

func newSegment(label string, tap func()) *segment {
	c := &segment{box: look.NewBox(look.Clear, "", look.RadiusChip), label: look.NewText(label, look.Body, look.Ink2)}
	// A segment is as wide as its label in semibold, so that a selection does
	// not move the other segments.
	wide := look.NewText(label, look.Strong, look.Clear)
	c.init(c, look.Z(c.box, look.AtLeast(30, look.Inset(look.S12, 5, look.S12, 5, look.Centre(look.Z(wide.Centered(), c.label.Centered()))))), tap, c.dress)
	return c
}

func (c *segment) dress() {
	c.box.Fill, c.box.Stroke, c.box.Width, c.label.Color, c.label.Role = look.Clear, look.Clear, 0, look.Ink2, look.Body
	if c.over {
		c.box.Fill = look.HoverTint
	}
	if c.chosen {
		c.box.Fill, c.box.Stroke, c.box.Width, c.label.Color, c.label.Role = look.Raised, look.Hairline, look.StrokeHair, look.Ink, look.Strong
	}
	if c.disabled {
		c.label.Color = look.Ink3
	}
}
