package kit

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A TouchConfig configures a TouchPicture.
type TouchConfig struct {
	Clock  Clock // for the halo's ticks
	Lit    bool  // the user has to touch: in colour, and the halo moves
	Reader bool  // a key on an NFC reader; otherwise in the port of a laptop
	Apart  bool  // the key is not in the port or on the reader
}

// A TouchPicture is an illustration of a security key that shows where to touch it or
// where to place it. Only its halo moves, and only while the picture can be seen.
//
// Fyne draws the whole window for each frame, which is expensive without a graphics
// card. The halo therefore moves by whole points, at most five times a second.
type TouchPicture struct {
	widget.BaseWidget
	lit    bool
	halo   *look.Box
	scene  fyne.CanvasObject
	ticker ticker
	step   int     // of a cycle, 0 to haloSteps-1
	grown  float32 // of the halo, in points, from -haloReach to haloReach
}

const (
	haloStep          = 200 * time.Millisecond
	haloSteps         = 20 // in one cycle of four seconds
	haloReach         = 6
	haloEdge  float32 = 168
)

// NewTouchPicture makes the picture. It starts to move when it is first drawn.
func NewTouchPicture(c TouchConfig) *TouchPicture {
	t := &TouchPicture{lit: c.Lit}
	glow, ink := look.AccentSoft, look.Accent
	if !c.Lit {
		glow, ink = look.Sunken, look.Ink2
	}
	t.halo = look.NewDisc(glow, "")
	parts := []look.Part{part(36, haloReach, haloEdge, haloEdge, t.halo)}
	switch {
	case c.Reader && c.Apart:
		parts = append(parts, onReader(ink, 20)...)
	case c.Reader:
		parts = append(parts, onReader(ink, 0)...)
	case c.Apart:
		parts = append(parts, inPort(ink, c.Lit, 12)...)
	default:
		parts = append(parts, inPort(ink, c.Lit, 0)...)
	}
	t.scene = look.Scene(240, haloEdge+2*haloReach, parts...)
	t.ticker = ticker{clock: c.Clock, every: haloStep, self: t, tick: t.breathe}
	t.ExtendBaseWidget(t)
	return t
}

func part(x, y, w, h float32, o fyne.CanvasObject) look.Part {
	return look.Part{X: x, Y: y, W: w, H: h, O: o}
}

func outlined(radius float32) *look.Box {
	b := look.NewBox(look.Surface, look.Ink3, radius)
	b.Width = 1.5
	return b
}

// inPort is a key in the port of a laptop, seen from the side, or 2×away points out of
// it.
func inPort(ink fyne.ThemeColorName, lit bool, away float32) []look.Part {
	parts := []look.Part{
		part(0, 68, 104-away, 60, outlined(8)), // laptop
		part(12, 80, 66-away, 4, look.NewBox(look.Hairline, "", 2)),
		part(12, 92, 40, 4, look.NewBox(look.Hairline, "", 2)),
		part(96+away, 88, 26, 20, outlined(3)), // plug
		part(118+away, 72, 116-away, 52, outlined(14)),
		part(144+away/2, 86, 24, 24, look.NewBox(ink, "", 12)),
		part(206, 91, 14, 14, look.NewBox(look.Hairline, "", 7)),
	}
	if lit {
		ring := look.NewBox(look.Clear, ink, 22)
		ring.Width = 1.5
		parts = append(parts, part(134+away/2, 76, 44, 44, ring))
	}
	return parts
}

// onReader is a key on a flat reader, seen from the side, or away points above it.
func onReader(ink fyne.ThemeColorName, away float32) []look.Part {
	return []look.Part{
		part(62, 84-away, 116, 28, outlined(14)), // key
		part(146, 91-away, 14, 14, look.NewBox(look.Hairline, "", 7)),
		part(84, 94-away, 36, 8, look.NewBox(ink, "", 4)),
		part(24, 116, 192, 22, outlined(8)), // reader
		part(40, 125, 40, 4, look.NewBox(look.Hairline, "", 2)),
		part(196, 124, 6, 6, look.NewDisc(ink, "")),
		part(104, 40-away, 32, 32, look.NewIcon("nfc", 32, ink).Fixed()),
	}
}

// breathe moves the halo to its next step, if that differs by a whole point.
func (t *TouchPicture) breathe() {
	if !look.Animated() {
		t.ticker.sleep()
		return
	}
	t.step = (t.step + 1) % haloSteps
	to := float32(math.Round(float64(haloReach * float32(math.Sin(2*math.Pi*float64(t.step)/haloSteps)))))
	if to == t.grown {
		return
	}
	t.grown = to
	t.halo.Move(fyne.NewPos(36-to, haloReach-to))
	t.halo.Resize(fyne.NewSquareSize(haloEdge + 2*to))
	t.halo.Refresh()
}

func (t *TouchPicture) wake() {
	if t.lit && t.Visible() && look.Animated() {
		t.ticker.wake()
	}
}

// Show shows the picture and lets the halo move.
func (t *TouchPicture) Show() { t.BaseWidget.Show(); t.wake() }

// Hide hides the picture and stops the halo.
func (t *TouchPicture) Hide() { t.ticker.sleep(); t.BaseWidget.Hide() }

// Refresh draws again.
func (t *TouchPicture) Refresh() {
	t.scene.Refresh()
	t.wake()
}

// MinSize is the size of the picture, the same at every text size.
func (t *TouchPicture) MinSize() fyne.Size { return t.scene.MinSize() }

// CreateRenderer implements fyne.Widget.
func (t *TouchPicture) CreateRenderer() fyne.WidgetRenderer {
	t.wake()
	return &asleep{WidgetRenderer: widget.NewSimpleRenderer(t.scene), sleep: t.ticker.sleep}
}

// Held implements look.Holder.
func (t *TouchPicture) Held() []fyne.CanvasObject { return []fyne.CanvasObject{t.scene} }
