package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// noDisplay says why no window can be opened, or "" if it can. It tries to connect,
// because GLFW ends the program without a useful message if it cannot.
func noDisplay() string {
	if name := os.Getenv("WAYLAND_DISPLAY"); name != "" {
		if !filepath.IsAbs(name) {
			name = filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), name)
		}
		if answers("unix", name) {
			return ""
		}
	}
	display := os.Getenv("DISPLAY")
	if display == "" {
		return "neither DISPLAY nor WAYLAND_DISPLAY is set"
	}
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
