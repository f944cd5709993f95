package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// A Box is a rounded rectangle whose colours are names in the theme.
type Box struct {
	widget.BaseWidget
	Fill, Stroke  fyne.ThemeColorName
	Radius, Width float32 // corner radius, stroke width
	Shadow        bool
	round         bool // a circle at any size
	rect          *canvas.Rectangle
}

// NewBox makes a box. With a stroke colour it has a hairline border.
func NewBox(fill, stroke fyne.ThemeColorName, radius float32) *Box {
	b := &Box{Fill: fill, Stroke: stroke, Radius: radius, rect: canvas.NewRectangle(nil)}
	if stroke != "" {
		b.Width = StrokeHair
	}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// NewDisc makes a box that is a circle at any size.
func NewDisc(fill, stroke fyne.ThemeColorName) *Box {
	b := NewBox(fill, stroke, 0)
	b.round = true
	return b
}

func (b *Box) paint() {
	b.rect.FillColor, b.rect.StrokeColor = Tint(b.Fill), Tint(b.Stroke)
	b.rect.StrokeWidth, b.rect.CornerRadius = b.Width, b.Radius
	if b.round {
		b.rect.CornerRadius = b.Size().Height / 2
	}
	if b.Shadow {
		b.rect.Shadow = canvas.Shadow{Color: rgba(0x000000, 0x30), BlurRadius: 12, Offset: fyne.NewPos(0, 3)}
	}
}

// Refresh looks the colours up again.
func (b *Box) Refresh() {
	b.paint()
	b.rect.Refresh()
}

// MinSize is zero: a box fills the space it is given.
func (b *Box) MinSize() fyne.Size { return fyne.Size{} }

// CreateRenderer implements fyne.Widget.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	b.paint() // its fields may have changed since NewBox
	return &boxRenderer{b: b, objs: []fyne.CanvasObject{b.rect}}
}

// boxRenderer makes the rectangle fill the box. Do not inset it by half the stroke:
// Fyne rounds positions to pixels, and the card would move by one pixel.
type boxRenderer struct {
	b    *Box
	objs []fyne.CanvasObject
}

func (r *boxRenderer) Layout(s fyne.Size) {
	if r.b.round {
		r.b.rect.CornerRadius = s.Height / 2
	}
	r.b.rect.Resize(s)
}
func (r *boxRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *boxRenderer) Refresh()                     { r.b.Refresh() }
func (r *boxRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *boxRenderer) Destroy()                     {}
