package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// noDisplay says why no window can be opened, or "". It connects rather than
// trusts the environment: the window library gives up without a word that helps.
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
		return "" // a socket of another name: the library's business
	default:
		return "" // another machine's: the library's business
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
