package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// A TouchPicture is the calm illustration of a key in a laptop's port and of
// where to touch it. The halo is the only thing that moves, slowly, and only
// while the picture can be seen.
type TouchPicture struct {
	widget.BaseWidget
	active bool
	halo   *Box
	scene  fyne.CanvasObject
	anim   *fyne.Animation
	grown  float32 // of the halo, in points, from -haloReach to haloReach
	frame  int
}

const (
	haloTime          = 2 * time.Second // out and in again
	haloReach         = 6
	haloEdge  float32 = 168
)

// NewTouchPicture draws the picture: lit and moving while a touch is waited for,
// grey otherwise.
func NewTouchPicture(active bool) *TouchPicture {
	t := &TouchPicture{active: active}
	glow, ink := AccentSoft, Accent
	if !active {
		glow, ink = Sunken, Ink2
	}
	t.halo = NewDisc(glow, "")
	at := func(x, y, w, h float32, o fyne.CanvasObject) Part { return Part{X: x, Y: y, W: w, H: h, O: o} }
	line := func(radius float32) *Box { b := NewBox(Surface, Ink3, radius); b.Width = 1.5; return b }
	parts := []Part{
		at(36, haloReach, haloEdge, haloEdge, t.halo),
		at(0, 68, 104, 60, line(8)), // laptop, from the side
		at(12, 80, 66, 4, NewBox(Hairline, "", 2)),
		at(12, 92, 40, 4, NewBox(Hairline, "", 2)),
		at(96, 88, 26, 20, line(3)), // plug
		at(118, 72, 116, 52, line(14)),
		at(144, 86, 24, 24, NewBox(ink, "", 12)),
		at(206, 91, 14, 14, NewBox(Hairline, "", 7)),
	}
	if active {
		ring := NewBox(Clear, ink, 22)
		ring.Width = 1.5
		parts = append(parts, at(134, 76, 44, 44, ring))
	}
	t.scene = Scene(240, haloEdge+2*haloReach, parts...)
	t.ExtendBaseWidget(t)
	return t
}

func (t *TouchPicture) wake() {
	if t.anim != nil || !t.active || !t.Visible() || !moves() {
		return
	}
	t.anim = fyne.NewAnimation(haloTime/2, t.grow)
	t.anim.AutoReverse, t.anim.RepeatCount, t.anim.Curve = true, fyne.AnimationRepeatForever, fyne.AnimationEaseInOut
	t.anim.Start()
}

func (t *TouchPicture) sleep() {
	if t.anim != nil {
		t.anim.Stop()
		t.anim = nil
	}
}

// grow draws the halo again only when its edge has moved by a whole point: twelve
// times a second and not sixty. Every frame draws the window anew.
func (t *TouchPicture) grow(done float32) {
	if t.frame++; t.frame%30 == 0 && !showing(t) {
		t.sleep()
		return
	}
	to := round((done*2 - 1) * haloReach)
	if to == t.grown {
		return
	}
	t.grown = to
	t.halo.Move(fyne.NewPos(36-to, haloReach-to))
	t.halo.Resize(fyne.NewSquareSize(haloEdge + 2*to))
	t.halo.Refresh()
}

// Show lets the halo move again.
func (t *TouchPicture) Show() { t.BaseWidget.Show(); t.wake() }

// Hide stops it.
func (t *TouchPicture) Hide() { t.sleep(); t.BaseWidget.Hide() }

// Refresh draws again.
func (t *TouchPicture) Refresh() {
	t.scene.Refresh()
	t.wake()
}

// MinSize is the same at every text size.
func (t *TouchPicture) MinSize() fyne.Size { return t.scene.MinSize() }

// CreateRenderer is Fyne's.
func (t *TouchPicture) CreateRenderer() fyne.WidgetRenderer {
	t.wake()
	return &asleep{WidgetRenderer: widget.NewSimpleRenderer(t.scene), sleep: t.sleep}
}
