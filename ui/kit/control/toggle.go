package control

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A ToggleForm is the appearance of a Toggle.
type ToggleForm int

// The forms of a Toggle.
const (
	CheckForm ToggleForm = iota
	SwitchForm
)

// A Toggle is a check box or a switch, with or without a label. Pressing the label
// is pressing the box.
type Toggle struct {
	Pressable
	On        bool
	Form      ToggleForm
	OnChanged func(on bool)

	box  *look.Box
	mark *look.Icon
	knob *look.Box
	rail *slide
}

// NewToggle makes a toggle. words is its label; without one (nil) it needs Named.
func NewToggle(form ToggleForm, on bool, words fyne.CanvasObject) *Toggle {
	t := &Toggle{On: on, Form: form}
	var drawn fyne.CanvasObject
	switch form {
	case SwitchForm:
		t.box, t.knob = look.NewBox(look.Sunken, look.Control, 10), look.NewBox(look.Control, "", 7)
		t.rail = newSlide(t.knob, on)
		drawn = look.Scaled(36, 20, look.Z(t.box, t.rail))
	default:
		t.box = look.NewBox(look.Surface, look.Control, look.RadiusChip)
		t.mark = look.NewIcon("check", 16, look.OnAccent)
		drawn = look.Scaled(20, 20, look.Z(t.box, look.Centre(t.mark)))
	}
	if w, ok := words.(*look.Text); ok {
		t.Name = w.Words
	}
	t.OnTap = t.toggle
	content := drawn
	if words != nil {
		if w, ok := words.(*look.Text); !ok || w.Wrap {
			words = look.Grow(words)
		}
		content = look.HTop(look.S12, drawn, words)
	}
	t.init(t, content, look.RadiusChip, 4, t.dress)
	return t
}

// Named sets the name for screen readers of a toggle without a label.
func (t *Toggle) Named(name string) *Toggle { t.Name = name; return t }

func (t *Toggle) toggle() {
	t.Set(!t.On)
	if t.OnChanged != nil {
		t.OnChanged(t.On)
	}
}

// Set changes the state without calling OnChanged.
func (t *Toggle) Set(on bool) {
	if t.On == on {
		return
	}
	t.On = on
	t.changed()
	if t.rail != nil {
		t.rail.to(on)
	}
}

func (t *Toggle) dress() {
	t.box.Fill, t.box.Stroke, t.box.Width = look.Surface, look.Control, look.StrokeRefused
	if t.Hovered {
		t.box.Stroke = look.Accent
	}
	if t.On {
		t.box.Fill, t.box.Stroke = look.Accent, look.Accent
	}
	if t.disabled {
		t.box.Fill, t.box.Stroke = look.ChipFill, look.Hairline
	}
	t.box.Radius = look.Points(10)
	switch t.Form {
	case CheckForm:
		t.box.Radius = look.RadiusChip
		look.ShowIf(t.mark, t.On)
		t.mark.Color = look.OnAccent
		if t.disabled {
			t.mark.Color = look.Ink3
		}
	case SwitchForm:
		t.knob.Radius, t.knob.Fill = look.Points(7), look.Control
		if t.On && !t.disabled {
			t.knob.Fill = look.OnAccent
		}
	}
}

// switchTime is the time the knob takes from one side to the other.
const switchTime = 120 * time.Millisecond

// A slide moves the knob of a switch.
type slide struct {
	widget.BaseWidget
	knob *look.Box
	at   float32 // 0 off, 1 on
	anim *fyne.Animation
}

func newSlide(knob *look.Box, on bool) *slide {
	s := &slide{knob: knob}
	if on {
		s.at = 1
	}
	s.ExtendBaseWidget(s)
	return s
}

func (s *slide) to(on bool) {
	from, end := s.at, float32(0)
	if on {
		end = 1
	}
	if s.anim != nil {
		s.anim.Stop()
	}
	if !look.Animated() || !look.Showing(s) {
		s.set(end)
		return
	}
	s.anim = fyne.NewAnimation(switchTime, func(done float32) { s.set(from + (end-from)*done) })
	s.anim.Start()
}

func (s *slide) set(at float32) {
	s.at = at
	s.arrange(s.Size())
	s.knob.Refresh()
}

func (s *slide) arrange(size fyne.Size) {
	edge := look.Points(14)
	pad := (size.Height - edge) / 2
	s.knob.Resize(fyne.NewSquareSize(edge))
	s.knob.Move(fyne.NewPos(pad+(size.Width-2*pad-edge)*s.at, pad))
}

func (s *slide) MinSize() fyne.Size { return fyne.Size{} }
func (s *slide) CreateRenderer() fyne.WidgetRenderer {
	return &slideRenderer{s: s, objs: []fyne.CanvasObject{s.knob}}
}

type slideRenderer struct {
	s    *slide
	objs []fyne.CanvasObject
}

func (r *slideRenderer) Layout(size fyne.Size)        { r.s.arrange(size) }
func (r *slideRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *slideRenderer) Refresh()                     { r.s.arrange(r.s.Size()); r.s.knob.Refresh() }
func (r *slideRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *slideRenderer) Destroy() {
	if r.s.anim != nil {
		r.s.anim.Stop()
	}
}
