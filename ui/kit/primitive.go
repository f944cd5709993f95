package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"nightlatch/assets"
)

// A Box is a rounded rectangle that remembers the names of its colours.
type Box struct {
	widget.BaseWidget
	Fill, Stroke  fyne.ThemeColorName
	Radius, Width float32 // corner radius, stroke width
	Shadow        bool
	rect          *canvas.Rectangle
}

func NewBox(fill, stroke fyne.ThemeColorName, radius float32) *Box {
	b := &Box{Fill: fill, Stroke: stroke, Radius: radius, rect: canvas.NewRectangle(nil)}
	if stroke != "" {
		b.Width = StrokeHair
	}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

func (b *Box) paint() {
	b.rect.FillColor, b.rect.StrokeColor = tint(b.Fill), tint(b.Stroke)
	b.rect.StrokeWidth, b.rect.CornerRadius = b.Width, b.Radius
	if b.Shadow {
		b.rect.Shadow = canvas.Shadow{Color: rgba(0x000000, 0x30), BlurRadius: 12, Offset: fyne.NewPos(0, 3)}
	}
}

func (b *Box) Refresh()           { b.paint(); b.rect.Refresh(); b.BaseWidget.Refresh() }
func (b *Box) MinSize() fyne.Size { return fyne.NewSize(0, 0) }
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	return &boxRenderer{b}
}

// boxRenderer lets the rectangle fill the box. Don't inset it by half the stroke:
// Fyne rounds positions to pixels and the card would move by one.
type boxRenderer struct{ b *Box }

func (r *boxRenderer) Layout(s fyne.Size) {
	r.b.paint()
	r.b.rect.Resize(s)
}
func (r *boxRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *boxRenderer) Refresh()                     { r.b.paint(); r.Layout(r.b.Size()); r.b.rect.Refresh() }
func (r *boxRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.b.rect} }
func (r *boxRenderer) Destroy()                     {}

// A Role is a step of the type scale.
type Role struct {
	Size, Line   float32
	Strong, Mono bool
}

var (
	Display = Role{28, 36, true, false}
	Title   = Role{22, 28, true, false}
	Heading = Role{16, 24, true, false}
	Body    = Role{14, 20, false, false}
	Strong  = Role{14, 20, true, false}
	Caption = Role{12, 16, false, false}
	Label   = Role{12, 16, true, false}
	CodeXL  = Role{32, 40, true, true}
	CodeL   = Role{24, 32, true, true}
	CodeM   = Role{18, 24, true, true}
	Code    = Role{13, 20, false, true}
)

func (r Role) style() fyne.TextStyle { return fyne.TextStyle{Bold: r.Strong, Monospace: r.Mono} }

func (r Role) width(s string) float32 { return fyne.MeasureText(s, r.Size, r.style()).Width }

// A Text is words in one role and one colour. It wraps at spaces when Wrap is
// set, and otherwise ends in an ellipsis when it does not fit.
type Text struct {
	widget.BaseWidget
	Words string
	Role  Role
	Color fyne.ThemeColorName
	Align fyne.TextAlign
	Wrap  bool
	lines []fyne.CanvasObject
}

func NewText(words string, role Role, c fyne.ThemeColorName) *Text {
	t := &Text{Words: words, Role: role, Color: c}
	t.ExtendBaseWidget(t)
	return t
}

// Para is body text that wraps.
func Para(words string, c fyne.ThemeColorName) *Text {
	t := NewText(words, Body, c)
	t.Wrap = true
	return t
}

func (t *Text) Centered() *Text { t.Align = fyne.TextAlignCenter; return t }
func (t *Text) Trailing() *Text { t.Align = fyne.TextAlignTrailing; return t }
func (t *Text) Wrapped() *Text  { t.Wrap = true; return t }

func (t *Text) split(w float32) []string {
	if !t.Wrap || w <= 0 {
		return []string{t.fit(t.Words, w)}
	}
	var out []string
	for _, para := range strings.Split(t.Words, "\n") {
		line := ""
		for _, word := range strings.Fields(para) {
			next := strings.TrimSpace(line + " " + word)
			if line != "" && t.Role.width(next) > w {
				out = append(out, line)
				next = word
			}
			line = next
		}
		out = append(out, line)
	}
	return out
}

func (t *Text) fit(s string, w float32) string {
	if w <= 0 || t.Role.width(s) <= w+.5 {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && t.Role.width(string(r)+"…") > w {
		r = r[:len(r)-1]
	}
	return strings.TrimSpace(string(r)) + "…"
}

// HeightFor is the height that the words take at a width. See Layout.
func (t *Text) HeightFor(w float32) float32 { return t.Role.Line * float32(len(t.split(w))) }

func (t *Text) MinSize() fyne.Size {
	if t.Wrap {
		return fyne.NewSize(40, t.HeightFor(t.Size().Width))
	}
	return fyne.NewSize(-whole(-t.Role.width(t.Words)), t.Role.Line) // rounded up: neighbours stay on whole points
}

func (t *Text) CreateRenderer() fyne.WidgetRenderer { return &textRenderer{t: t} }

type textRenderer struct{ t *Text }

func (r *textRenderer) Layout(s fyne.Size) {
	t := r.t
	t.lines = t.lines[:0]
	for i, line := range t.split(s.Width) {
		c := canvas.NewText(line, tint(t.Color))
		c.TextSize, c.TextStyle, c.Alignment = t.Role.Size, t.Role.style(), t.Align
		h := c.MinSize().Height
		c.Move(fyne.NewPos(0, float32(i)*t.Role.Line+(t.Role.Line-h)/2))
		c.Resize(fyne.NewSize(s.Width, h))
		t.lines = append(t.lines, c)
	}
}
func (r *textRenderer) MinSize() fyne.Size           { return r.t.MinSize() }
func (r *textRenderer) Refresh()                     { r.Layout(r.t.Size()); canvas.Refresh(r.t) }
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.t.lines }
func (r *textRenderer) Destroy()                     {}

// An Icon is one of our SVGs in a named colour.
//
// The SVGs are filled outlines made by cmd/outline: Fyne scales and recolours
// fills only, strokes keep their width in pixels and their colour.
type Icon struct {
	widget.BaseWidget
	Name  string
	Color fyne.ThemeColorName
	Edge  float32
	img   *canvas.Image
}

func NewIcon(name string, edge float32, c fyne.ThemeColorName) *Icon {
	i := &Icon{Name: name, Color: c, Edge: edge, img: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.paint()
	i.ExtendBaseWidget(i)
	return i
}

// IconResource is the SVG called name in the colour c of the theme in force.
func IconResource(name string, c fyne.ThemeColorName) fyne.Resource {
	src, err := assets.Icon(name)
	if err != nil {
		fyne.LogError("icon", err)
	}
	return theme.NewColoredResource(fyne.NewStaticResource(name+".svg", src), c)
}

func (i *Icon) paint()             { i.img.Resource = IconResource(i.Name, i.Color) }
func (i *Icon) MinSize() fyne.Size { return fyne.NewSquareSize(i.Edge) }
func (i *Icon) Refresh()           { i.paint(); i.img.Refresh(); i.BaseWidget.Refresh() }
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	i.paint()
	return widget.NewSimpleRenderer(i.img)
}

// Mark is the app icon, in its own colours.
func Mark(edge float32) fyne.CanvasObject {
	src := assets.AppIconSVG()
	img := canvas.NewImageFromResource(fyne.NewStaticResource("app-icon.svg", src))
	img.FillMode = canvas.ImageFillContain
	return Sized(edge, edge, img)
}

// A Part is an object at its place in a Scene.
type Part struct {
	X, Y, W, H float32
	O          fyne.CanvasObject
}

// Scene is a small illustration: parts at fixed places.
func Scene(w, h float32, parts ...Part) fyne.CanvasObject {
	var objs []fyne.CanvasObject
	for _, p := range parts {
		p.O.Move(fyne.NewPos(p.X, p.Y))
		p.O.Resize(fyne.NewSize(p.W, p.H))
		objs = append(objs, p.O)
	}
	return Sized(w, h, container.NewWithoutLayout(objs...))
}
