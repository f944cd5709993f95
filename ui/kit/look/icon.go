package look

import (
	"fmt"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"nightlatch/assets"
)

// An Icon is one of our SVGs in a colour of the theme. It grows with the text.
//
// The SVGs are filled outlines, because Fyne scales and recolours only fills; strokes
// keep their width in pixels and their colour.
type Icon struct {
	widget.BaseWidget
	Name  string
	Color fyne.ThemeColorName
	Edge  float32 // at text size 100 %
	still bool    // the same at every text size
	img   *canvas.Image
	drawn iconState
}

// An iconState is what the picture of an icon depends on, apart from its size. Fyne draws the
// picture again when the size changes.
type iconState struct {
	resource string // includes the colour
	scale    float32
}

// NewIcon makes the icon called name, edge points wide and high.
func NewIcon(name string, edge float32, c fyne.ThemeColorName) *Icon {
	i := &Icon{Name: name, Color: c, Edge: edge, img: &canvas.Image{FillMode: canvas.ImageFillContain}}
	i.img.Resource = IconResource(name, c)
	i.ExtendBaseWidget(i)
	return i
}

// IconResource is the SVG called name in the colour c of the current theme.
func IconResource(name string, c fyne.ThemeColorName) fyne.Resource { return tinted{name, c} }

// A tinted resource is an icon in one colour of the current theme. Its name
// contains the colour's value, not only the colour's name. Fyne caches
// pictures of icons by resource name, and would keep the old colour for some
// time after a change of theme.
type tinted struct {
	icon  string
	color fyne.ThemeColorName
}

// Name is the colour in hexadecimal RGBA and the name of the file.
func (d tinted) Name() string {
	r, g, b, a := Tint(d.color).RGBA()
	return fmt.Sprintf("%02x%02x%02x%02x-%s.svg", r>>8, g>>8, b>>8, a>>8, d.icon)
}

// tintedIcons caches the content of tinted resources by name. Colouring an SVG
// needs a parser, and Fyne reads the content of each icon several times while
// it draws a page.
var tintedIcons sync.Map

// Content is the SVG.
func (d tinted) Content() []byte {
	name := d.Name()
	if svg, ok := tintedIcons.Load(name); ok {
		return svg.([]byte)
	}
	src, err := assets.Icon(d.icon)
	if err != nil {
		fyne.LogError("kit: icon", err)
	}
	svg := theme.NewColoredResource(fyne.NewStaticResource(d.icon+".svg", src), d.color).Content()
	tintedIcons.Store(name, svg)
	return svg
}

// MinSize is the edge at the current text size.
func (i *Icon) MinSize() fyne.Size {
	if i.still {
		return fyne.NewSquareSize(i.Edge)
	}
	return fyne.NewSquareSize(Points(i.Edge))
}

// Fixed keeps the icon at its size at every text size: for illustrations.
func (i *Icon) Fixed() *Icon { i.still = true; return i }

// Refresh draws the icon again if its name, its colour, the theme or the scale of the
// window changed.
func (i *Icon) Refresh() {
	i.img.Resource = IconResource(i.Name, i.Color)
	now := iconState{resource: i.img.Resource.Name()}
	if c := fyne.CurrentApp().Driver().CanvasForObject(i.img); c != nil {
		now.scale = c.Scale()
	}
	if now != i.drawn {
		i.drawn = now
		i.img.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (i *Icon) CreateRenderer() fyne.WidgetRenderer {
	i.Refresh() // its fields may have changed since NewIcon
	return widget.NewSimpleRenderer(i.img)
}

// Mark is the app icon, in its own colours.
func Mark(edge float32) fyne.CanvasObject {
	img := canvas.NewImageFromResource(fyne.NewStaticResource("app-icon.svg", assets.AppIconSVG()))
	img.FillMode = canvas.ImageFillContain
	return Sized(edge, edge, img)
}

// Avatar is the initial of a user name in a disc.
func Avatar(initial string, edge float32) fyne.CanvasObject {
	return Scaled(edge, edge, Z(NewDisc(AccentSoft, ""), Centre(NewText(initial, Strong, AccentInk))))
}

// A Part is an object at a position in a Scene.
type Part struct {
	X, Y, W, H float32
	O          fyne.CanvasObject
}

// Scene is an illustration: parts at fixed positions, the same at every text size.
func Scene(w, h float32, parts ...Part) fyne.CanvasObject {
	var objs []fyne.CanvasObject
	for _, p := range parts {
		p.O.Move(fyne.NewPos(p.X, p.Y))
		p.O.Resize(fyne.NewSize(p.W, p.H))
		objs = append(objs, p.O)
	}
	return Sized(w, h, container.NewWithoutLayout(objs...))
}
