package shell

import (
	"testing"

	"fyne.io/fyne/v2"
)

// At every size and scale of a screen, the window with its frame is inside the part that
// windows may cover: the first time, where it was, and where it was on a screen that is
// gone.
func TestWindowFitsTheScreen(t *testing.T) {
	const frameWidth, frameHeight = 2, 24
	for _, screen := range []struct {
		area  Area
		scale float32
	}{
		{Area{0, 0, 1366, 768}, 1.5},
		{Area{0, 27, 1920, 1053}, 2},
		{Area{0, 0, 1920, 1080}, 1},
		{Area{0, 0, 1024, 600}, 1},
		{Area{0, 0, 3840, 2160}, 1},
	} {
		for name, was := range map[string]place{
			"first":      {width: FirstSize.Width, height: FirstSize.Height},
			"where":      {x: 20, y: 40, known: true, width: 800, height: 600},
			"half":       {x: screen.area.Width - 100, y: screen.area.Height - 60, known: true, width: 900, height: 700},
			"off":        {x: 5000, y: 3000, known: true, width: 900, height: 700},
			"above":      {x: -2000, y: -900, known: true, width: 900, height: 700},
			"huge":       {x: -10, y: -10, known: true, width: 5000, height: 5000},
			"tiny":       {x: 10, y: 10, known: true, width: 40, height: 40},
			"wayland":    {width: 900, height: 5000},
			"maximized":  {x: 0, y: 0, known: true, width: 1180, height: 780, maximized: true},
			"other side": {x: -1900, y: 100, known: true, width: 900, height: 700},
		} {
			f := fitTo(was, []Area{screen.area}, frameWidth, frameHeight, screen.scale)
			w, h := int(f.size.Width*screen.scale)+frameWidth, int(f.size.Height*screen.scale)+frameHeight
			a := screen.area
			if f.x < a.X || f.y < a.Y || f.x+w > a.X+a.Width || f.y+h > a.Y+a.Height {
				t.Errorf("%s on %+v at %v: at %d, %d, %d x %d pixels", name, a, screen.scale, f.x, f.y, w, h)
			}
			if f.size.Width < f.least.Width || f.size.Height < f.least.Height || f.least.Width > leastSize.Width || f.least.Height > leastSize.Height {
				t.Errorf("%s on %+v: size %v, least %v", name, a, f.size, f.least)
			}
		}
	}
}

// A window stays where it was, also on a second screen. If that screen is gone, it comes
// to the main one.
func TestWindowReturnsToItsPlace(t *testing.T) {
	main, second := Area{0, 0, 1920, 1080}, Area{1920, 0, 1280, 1024}
	was := place{x: 2100, y: 80, known: true, width: 900, height: 700}
	if f := fitTo(was, []Area{main, second}, 2, 24, 1); f.x != 2100 || f.y != 80 || f.size != fyne.NewSize(900, 700) {
		t.Errorf("on the second screen: %+v", f)
	}
	if f := fitTo(was, []Area{main}, 2, 24, 1); f.x+902 > main.Width || f.size != fyne.NewSize(900, 700) {
		t.Errorf("after the second screen is gone: %+v", f)
	}
	for _, p := range []place{was, {width: 1, height: 2.5}, {x: -3, y: 7, known: true, width: 10, height: 20, maximized: true}} {
		if got, ok := parsePlace(p.String()); !ok || got != p {
			t.Errorf("%q is read as %+v, %v", p, got, ok)
		}
	}
	for _, s := range []string{"", "1 2 true", "1 2 true 0 0 false", "a b c d e f"} {
		if p, ok := parsePlace(s); ok {
			t.Errorf("%q is read as %+v", s, p)
		}
	}
}
