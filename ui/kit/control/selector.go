package control

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A SelectorConfig configures a Selector.
type SelectorConfig struct {
	Icon     string // before the words; may be empty
	Options  []string
	Selected int
	OnPick   func(i int) // called when the user chose another option
}

// A Selector looks like a field and opens a list of options. While it is closed, Up
// and Down choose, and Space or Enter opens it. While it is open, Up, Down, Home, End
// and first letters move, Enter chooses, and Escape closes it without a change.
type Selector struct {
	Pressable
	Selected int
	OnPick   func(i int)

	options []string
	box     *look.Box
	icon    *look.Icon
	words   *look.Text
	label   string
	refused bool
	list    *optionList
}

// NewSelector makes a selector.
func NewSelector(c SelectorConfig) *Selector {
	s := &Selector{Selected: c.Selected, OnPick: c.OnPick, options: c.Options, box: look.NewBox(look.Surface, look.Control, look.RadiusControl), words: look.NewText("", look.Body, look.Ink)}
	line := []fyne.CanvasObject{}
	if c.Icon != "" {
		s.icon = look.NewIcon(c.Icon, 18, look.Ink2)
		line = append(line, s.icon)
	}
	line = append(line, look.Grow(s.words), look.NewIcon("chevron-down", 16, look.Ink3))
	s.OnTap = s.open
	s.arrow = s.arrowed
	s.init(s, look.Z(s.box, look.AtLeast(look.ControlHeight, look.Inset(look.S12, look.S8, look.S12, look.S8, look.CentreVertically(look.H(look.S8, line...))))), look.RadiusControl, 0, s.dress)
	return s
}

// SetName sets the name for screen readers. A Field calls it.
func (s *Selector) SetName(name string) { s.label = name }

// Refuse marks the choice as refused.
func (s *Selector) Refuse() { s.refused = true; s.changed() }

// Marked reports whether the choice is marked as refused.
func (s *Selector) Marked() bool { return s.refused }

// Accept removes the mark of a refusal.
func (s *Selector) Accept() { s.refused = false; s.changed() }

func (s *Selector) dress() {
	s.words.Words, s.words.Color = "", look.Ink
	if s.Selected >= 0 && s.Selected < len(s.options) {
		s.words.Words = s.options[s.Selected]
	}
	s.Name = strings.TrimSpace(s.label + " " + s.words.Words)
	s.box.Fill, s.box.Stroke, s.box.Width = look.Surface, look.Control, look.StrokeHair
	switch {
	case s.disabled:
		s.box.Fill, s.box.Stroke, s.words.Color = look.ChipFill, look.Hairline, look.Ink3
	case s.refused:
		s.box.Stroke, s.box.Width = look.Danger, look.StrokeRefused
	case s.Hovered:
		s.box.Stroke = look.Ink3
	}
}

func (s *Selector) pick(i int) {
	if i < 0 || i >= len(s.options) || i == s.Selected {
		return
	}
	s.Selected, s.refused = i, false
	s.changed()
	if s.OnPick != nil {
		s.OnPick(i)
	}
}

func (s *Selector) arrowed(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyUp:
		s.pick(max(0, s.Selected-1))
	case fyne.KeyDown:
		s.pick(s.Selected + 1)
	case fyne.KeyHome:
		s.pick(0)
	case fyne.KeyEnd:
		s.pick(len(s.options) - 1)
	default:
		return false
	}
	return true
}

func (s *Selector) open() {
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	if c == nil || len(s.options) == 0 {
		return
	}
	s.list = openList(c, s)
}

// Least is the width to which a selector can shrink.
func (s *Selector) Least() float32 { return look.Points(80) }
