//go:build cgo && !headless

package main

import (
	"runtime"

	"github.com/go-gl/glfw/v3.4/glfw"
)

// setWindowClass gives windows that are opened later the class (WM_CLASS, ICCCM 4.1.2.5) by
// which a desktop finds the program's entry, and so its name and icon. Fyne v2.8.1 sets it
// on Wayland only, and elsewhere GLFW takes the title. Call it when Fyne has made a window:
// then GLFW is initialised, and the window is opened when it is shown.
func setWindowClass() {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return
	}
	glfw.WindowHintString(glfw.X11ClassName, appID)
	glfw.WindowHintString(glfw.X11InstanceName, appID)
}
