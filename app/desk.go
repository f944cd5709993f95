//go:build cgo && !headless

package main

import (
	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"

	"nightlatch/ui/shell"
)

// A desk is the place of a window on the screens. Fyne has no calls for it (v2.8.1), so it
// asks GLFW, which Fyne uses.
type desk struct{ window fyne.Window }

func newDesk(w fyne.Window) shell.Desk { return desk{w} }

// with calls f with GLFW's window, if that exists. GLFW knows the window whose drawing
// context is in use.
func (d desk) with(f func(*glfw.Window)) {
	w, ok := d.window.(interface{ RunWithContext(f func()) })
	if !ok {
		return
	}
	w.RunWithContext(func() {
		if w := glfw.GetCurrentContext(); w != nil {
			f(w)
		}
	})
}

func (d desk) Areas() (all []shell.Area) {
	d.with(func(*glfw.Window) {
		main := glfw.GetPrimaryMonitor()
		for _, m := range glfw.GetMonitors() {
			var a shell.Area
			if a.X, a.Y, a.Width, a.Height = m.GetWorkarea(); a.Width <= 0 || a.Height <= 0 {
				continue
			}
			if all = append(all, a); m == main || main != nil && *m == *main {
				all[0], all[len(all)-1] = a, all[0]
			}
		}
	})
	return all
}

func (d desk) Frame() (width, height int) {
	d.with(func(w *glfw.Window) {
		left, top, right, bottom := w.GetFrameSize()
		width, height = left+right, top+bottom
	})
	return width, height
}

func (d desk) At() (x, y int, known bool) {
	d.with(func(w *glfw.Window) {
		if placeable() {
			left, top, _, _ := w.GetFrameSize()
			x, y = w.GetPos()
			x, y, known = x-left, y-top, true
		}
	})
	return x, y, known
}

func (d desk) MoveTo(x, y int) {
	d.with(func(w *glfw.Window) {
		if placeable() {
			left, top, _, _ := w.GetFrameSize()
			w.SetPos(x+left, y+top)
		}
	})
}

func (d desk) Maximized() (yes bool) {
	d.with(func(w *glfw.Window) { yes = w.GetAttrib(glfw.Maximized) == glfw.True })
	return yes
}

func (d desk) Maximize() { d.with(func(w *glfw.Window) { w.Maximize() }) }

// placeable reports whether programs may place their windows. On Wayland only the desktop
// does.
func placeable() bool { return glfw.GetPlatform() != glfw.PlatformWayland }
