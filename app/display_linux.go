package main

import (
	"errors"
	"net"
	"os"
	"strings"
	"time"
)

// noDisplay says why no window can be opened, or "" if it can. It asks, because GLFW ends
// the program without a useful message, or crashes, if it cannot. GLFW prefers Wayland.
func noDisplay() string {
	socket := waylandSocket()
	if socket == "" {
		if os.Getenv("DISPLAY") == "" {
			return "neither DISPLAY nor WAYLAND_DISPLAY is set"
		}
		return noX11()
	}
	err := checkWayland(socket)
	if err == nil {
		return ""
	}
	if os.Getenv("DISPLAY") != "" && noX11() == "" {
		// GLFW obeys this variable. If it cannot be set, GLFW chooses as before.
		_ = os.Setenv("XDG_SESSION_TYPE", "x11")
		return ""
	}
	if errors.Is(err, errNoSeat) {
		return errNoSeat.Error()
	}
	return "nothing answers at WAYLAND_DISPLAY " + os.Getenv("WAYLAND_DISPLAY")
}

// noX11 says why no window can be opened on the X server at DISPLAY, or "".
func noX11() string {
	display := os.Getenv("DISPLAY")
	host, number, ok := strings.Cut(display, ":")
	number, _, _ = strings.Cut(number, ".")
	switch {
	case !ok:
		return "DISPLAY is " + display
	case host == "" || host == "unix":
		if answers("unix", "@/tmp/.X11-unix/X"+number) || answers("unix", "/tmp/.X11-unix/X"+number) {
			return ""
		}
	case strings.HasPrefix(host, "/"):
		return "" // another socket: not checked, GLFW connects to it
	default:
		return "" // another computer: not checked, GLFW connects to it
	}
	return "nothing answers at DISPLAY " + display
}

func answers(network, address string) bool {
	conn, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
