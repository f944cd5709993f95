package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
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

	box  *Box
	mark *Icon
	knob *Box
	rail *slide
}

// NewToggle makes a toggle. words is its label; without one (nil) it needs Named.
func NewToggle(form ToggleForm, on bool, words fyne.CanvasObject) *Toggle {
	t := &Toggle{On: on, Form: form}
	var drawn fyne.CanvasObject
	switch form {
	case SwitchForm:
		t.box, t.knob = NewBox(Sunken, Control, 10), NewBox(Control, "", 7)
		t.rail = newSlide(t.knob, on)
		drawn = Scaled(36, 20, Z(t.box, t.rail))
	default:
		t.box = NewBox(Surface, Control, RadiusChip)
		t.mark = NewIcon("check", 16, OnAccent)
		drawn = Scaled(20, 20, Z(t.box, Centre(t.mark)))
	}
	if w, ok := words.(*Text); ok {
		t.Name = w.Words
	}
	t.OnTap = t.toggle
	content := drawn
	if words != nil {
		if w, ok := words.(*Text); !ok || w.Wrap {
			words = Grow(words)
		}
		content = HTop(S12, drawn, words)
	}
	t.init(t, content, RadiusChip, 4, t.dress)
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
	t.box.Fill, t.box.Stroke, t.box.Width = Surface, Control, StrokeRefused
	if t.Hovered {
		t.box.Stroke = Accent
	}
	if t.On {
		t.box.Fill, t.box.Stroke = Accent, Accent
	}
	if t.disabled {
		t.box.Fill, t.box.Stroke = ChipFill, Hairline
	}
	t.box.Radius = scaled(10)
	switch t.Form {
	case CheckForm:
		t.box.Radius = RadiusChip
		showIf(t.mark, t.On)
		t.mark.Color = OnAccent
		if t.disabled {
			t.mark.Color = Ink3
		}
	case SwitchForm:
		t.knob.Radius, t.knob.Fill = scaled(7), Control
		if t.On && !t.disabled {
			t.knob.Fill = OnAccent
		}
	}
}

// switchTime is the time the knob takes from one side to the other.
const switchTime = 120 * time.Millisecond

// A slide moves the knob of a switch.
type slide struct {
	widget.BaseWidget
	knob *Box
	at   float32 // 0 off, 1 on
	anim *fyne.Animation
}

func newSlide(knob *Box, on bool) *slide {
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
	if !moves() || !showing(s) {
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
	edge := scaled(14)
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
