// Package golden compares what is drawn on a canvas with a file in testdata: the
// gate for the appearance of screens. Only tests import it.
//
// The file has one line for each visible text, box, icon and picture: what it
// is, its theme colours, its position on the canvas and its size in points. Widgets
// are indented headings with the name that a screen reader says. A difference
// therefore reads as what changed on the screen.
package golden

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/look"
)

// Markup describes what is visible on a canvas: its content and then its overlays.
func Markup(c fyne.Canvas) string {
	var m markup
	fmt.Fprintf(&m.out, "canvas %s\n", size(c.Size()))
	m.add(c.Content(), fyne.Position{}, 1)
	for _, o := range c.Overlays().List() {
		m.out.WriteString("overlay\n")
		m.add(o, fyne.Position{}, 1)
	}
	return m.out.String()
}

type markup struct{ out strings.Builder }

// add describes an object whose parent is at a position on the canvas.
func (m *markup) add(o fyne.CanvasObject, parent fyne.Position, depth int) {
	if o == nil || !o.Visible() {
		return
	}
	at := parent.Add(o.Position())
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			m.add(child, at, depth)
		}
	case *look.Text:
		if o.Words == "" {
			return
		}
		m.line(depth, o, at, "text %s %s %s", style(o.Role), ink(o.Color), lines(o))
	case *look.Icon:
		m.line(depth, o, at, "icon %s %s", o.Name, ink(o.Color))
	case *look.Box:
		m.box(o, at, depth)
	case fyne.Widget:
		if scrollBar(o) {
			return
		}
		m.heading(o, at, depth)
		for _, child := range test.WidgetRenderer(o).Objects() {
			m.add(child, at, depth+1)
		}
	default:
		m.primitive(o, at, depth)
	}
}

// scrollBar reports the parts of a scroll of Fyne's that are not its content.
func scrollBar(w fyne.Widget) bool {
	kind := fmt.Sprintf("%T", w)
	return strings.HasSuffix(kind, ".scrollBarArea") || strings.HasSuffix(kind, ".Shadow")
}

// line describes one object: what it is, then where and how large.
func (m *markup) line(depth int, o fyne.CanvasObject, at fyne.Position, format string, args ...any) {
	what := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	fmt.Fprintf(&m.out, "%s%s @%d,%d %s\n", strings.Repeat("  ", depth), what, whole(at.X), whole(at.Y), size(o.Size()))
}

func (m *markup) heading(w fyne.Widget, at fyne.Position, depth int) {
	_, what, _ := strings.Cut(fmt.Sprintf("%T", w), ".")
	if n, ok := w.(interface{ AccessibilityLabel() string }); ok && n.AccessibilityLabel() != "" {
		what += fmt.Sprintf(" %q", n.AccessibilityLabel())
	}
	if d, ok := w.(interface{ Disabled() bool }); ok && d.Disabled() {
		what += " disabled"
	}
	m.line(depth, w, at, "%s", what)
}

// box describes a box, unless it is invisible.
func (m *markup) box(b *look.Box, at fyne.Position, depth int) {
	clear := func(c fyne.ThemeColorName) bool { return c == "" || c == look.Clear }
	what := "box"
	if !clear(b.Fill) {
		what += " " + ink(b.Fill)
	}
	if !clear(b.Stroke) && b.Width > 0 {
		what += fmt.Sprintf(" edge=%s/%g", ink(b.Stroke), b.Width)
	}
	if what == "box" {
		return
	}
	if b.Radius > 0 {
		what += fmt.Sprintf(" radius=%g", b.Radius)
	}
	m.line(depth, b, at, "%s", what)
}

// primitive describes an object of Fyne's own; it has colours without a name.
func (m *markup) primitive(o fyne.CanvasObject, at fyne.Position, depth int) {
	switch o := o.(type) {
	case *canvas.Text:
		if o.Text != "" {
			m.line(depth, o, at, "text %g %s %q", o.TextSize, rgba(o.Color), o.Text)
		}
	case *canvas.Rectangle:
		if shown(o.FillColor) || o.StrokeWidth > 0 && shown(o.StrokeColor) {
			m.line(depth, o, at, "rectangle %s", rgba(o.FillColor))
		}
	case *canvas.Arc:
		m.line(depth, o, at, "arc %s %.0f-%.0f", rgba(o.FillColor), o.StartAngle, o.EndAngle)
	case *canvas.Image:
		name := "image"
		if o.Resource != nil {
			name += " " + o.Resource.Name()
		}
		m.line(depth, o, at, "%s", name)
	default:
		what := fmt.Sprintf("%T", o)
		if what = strings.TrimPrefix(what, "*"); what != "layout.Spacer" {
			m.line(depth, o, at, "%s", what)
		}
	}
}

// lines are the words of a text as they are drawn, line by line.
func lines(t *look.Text) string {
	var drawn []string
	y := float32(-1)
	for _, o := range test.WidgetRenderer(t).Objects() {
		run, ok := o.(*canvas.Text)
		switch {
		case !ok:
		case len(drawn) > 0 && run.Position().Y == y:
			drawn[len(drawn)-1] += run.Text
		default:
			drawn, y = append(drawn, run.Text), run.Position().Y
		}
	}
	return fmt.Sprintf("%q", strings.Join(drawn, "\n"))
}

// style names a role by its size and weight.
func style(r look.Role) string {
	s := fmt.Sprintf("%g", r.Size)
	if r.Mono {
		s += " mono"
	}
	if r.Strong {
		s += " bold"
	}
	return s
}

// ink returns the kit's name for a theme colour; some colours have Fyne's
// names.
func ink(c fyne.ThemeColorName) string {
	if name, ok := map[fyne.ThemeColorName]string{
		look.Window: "window", look.Ink: "ink", look.Accent: "accent", look.OnAccent: "onAccent", look.Danger: "danger",
		look.OnDanger: "onDanger", look.Hairline: "hairline", look.Control: "control", look.Brass: "brass",
	}[c]; ok {
		return name
	}
	return string(c)
}

func rgba(c color.Color) string {
	if c == nil {
		return "clear"
	}
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x%02x", n.R, n.G, n.B, n.A)
}

func shown(c color.Color) bool {
	if c == nil {
		return false
	}
	_, _, _, a := c.RGBA()
	return a > 0
}

func size(s fyne.Size) string { return fmt.Sprintf("%dx%d", whole(s.Width), whole(s.Height)) }

// whole rounds to whole points, because processors differ in the last digits
// of a fraction.
func whole(v float32) int { return int(math.Round(float64(v))) }
