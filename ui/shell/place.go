package shell

import (
	"fmt"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A Desk tells where the window is on the screens, and moves it. All numbers are pixels.
type Desk interface {
	// Areas are the parts of the screens that windows may cover, that of the main screen
	// first; none before the window exists, and where they are not known.
	Areas() []Area
	// Frame is how much the title bar and the edges add to the window's width and height.
	Frame() (width, height int)
	// At is the upper left corner of the window with its frame; not known on Wayland.
	At() (x, y int, known bool)
	// MoveTo moves that corner. It does nothing on Wayland.
	MoveTo(x, y int)
	Maximized() bool
	Maximize()
}

// An Area is a part of a screen, in pixels.
type Area struct{ X, Y, Width, Height int }

// shared is how many pixels two areas have in common.
func (a Area) shared(b Area) int {
	w := min(a.X+a.Width, b.X+b.Width) - max(a.X, b.X)
	h := min(a.Y+a.Height, b.Y+b.Height) - max(a.Y, b.Y)
	return max(0, w) * max(0, h)
}

// A place is where a window was: its corner in pixels, its size in points.
type place struct {
	x, y          int
	known         bool // x and y are known
	width, height float32
	maximized     bool
}

func (p place) String() string {
	return fmt.Sprintf("%d %d %t %g %g %t", p.x, p.y, p.known, p.width, p.height, p.maximized)
}

func parsePlace(s string) (p place, ok bool) {
	_, err := fmt.Sscanf(s, "%d %d %t %g %g %t", &p.x, &p.y, &p.known, &p.width, &p.height, &p.maximized)
	return p, err == nil && p.width > 0 && p.height > 0
}

// A fit is a place that is inside one screen.
type fit struct {
	x, y  int
	size  fyne.Size // of the content
	least fyne.Size // the smallest size of the content
}

// fitTo finds where a window belongs: where it was, but inside the screen on which most of
// it was, or the main screen if that one is gone; and in the middle of the main screen the
// first time. scale is the number of pixels per point.
func fitTo(was place, areas []Area, frameWidth, frameHeight int, scale float32) fit {
	pixels := func(points float32) int { return int(points*scale + .5) }
	area, most := areas[0], 0
	if was.known {
		here := Area{was.x, was.y, pixels(was.width) + frameWidth, pixels(was.height) + frameHeight}
		for _, a := range areas {
			if n := a.shared(here); n > most {
				area, most = a, n
			}
		}
	}
	room := fyne.NewSize(look.Whole(float32(area.Width-frameWidth)/scale), look.Whole(float32(area.Height-frameHeight)/scale))
	f := fit{size: fyne.NewSize(was.width, was.height), least: leastSize}
	f.size = fyne.NewSize(fyne.Min(f.size.Width, room.Width), fyne.Min(f.size.Height, room.Height))
	f.least = fyne.NewSize(fyne.Min(f.least.Width, room.Width), fyne.Min(f.least.Height, room.Height))
	f.size = f.size.Max(f.least)
	spareX, spareY := area.Width-frameWidth-pixels(f.size.Width), area.Height-frameHeight-pixels(f.size.Height)
	f.x, f.y = area.X+spareX/2, area.Y+spareY/2
	if was.known && most > 0 {
		f.x, f.y = min(max(was.x, area.X), area.X+max(0, spareX)), min(max(was.y, area.Y), area.Y+max(0, spareY))
	}
	return f
}

// settle gives the window its size and place, once, as soon as it exists.
func (c *Console) settle() {
	if c.settled || c.Config.Desk == nil || c.window == nil {
		return
	}
	desk := c.Config.Desk(c.window)
	areas := desk.Areas()
	if len(areas) == 0 {
		return
	}
	c.settled = true
	was, ok := parsePlace(c.Config.Prefs.String(c.pref(prefPlace)))
	if !ok {
		was = place{width: FirstSize.Width, height: FirstSize.Height}
	}
	width, height := desk.Frame()
	f := fitTo(was, areas, width, height, c.window.Canvas().Scale())
	c.least = f.least
	c.window.Resize(f.size)
	desk.MoveTo(f.x, f.y)
	if was.maximized {
		desk.Maximize()
	}
}

// rememberPlace stores where the window is, for the next start. A maximized window keeps
// the size that it had before.
func (c *Console) rememberPlace() {
	if !c.settled {
		return
	}
	desk, size := c.Config.Desk(c.window), c.window.Canvas().Size()
	now := place{width: size.Width, height: size.Height}
	now.x, now.y, now.known = desk.At()
	if desk.Maximized() {
		if was, ok := parsePlace(c.Config.Prefs.String(c.pref(prefPlace))); ok {
			now = was
		} else {
			now = place{width: FirstSize.Width, height: FirstSize.Height}
		}
		now.maximized = true
	}
	c.Config.Prefs.SetString(c.pref(prefPlace), now.String())
}

// floor is the layout of the window's content. It keeps the window at its least size or
// larger, and decides what has room.
type floor struct{ c *Console }

func (f floor) MinSize([]fyne.CanvasObject) fyne.Size {
	f.c.settle() // Fyne asks before it shows the window, and before it sets its limits
	if f.c.least.IsZero() {
		return leastSize
	}
	return f.c.least
}

func (f floor) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	f.c.makeRoom(s.Width)
	objs[0].Resize(s)
}
