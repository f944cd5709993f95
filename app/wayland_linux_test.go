package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// compositor answers one client with events, and returns its socket.
func compositor(t *testing.T, events []byte) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "wayland")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write(events)
			_ = conn.(*net.UnixConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn) // closed now, it could break the client's pipe
			conn.Close()
		}
	}()
	return socket
}

func waylandEvent(object, opcode uint32, body []byte) []byte {
	b := binary.NativeEndian.AppendUint32(nil, object)
	b = binary.NativeEndian.AppendUint32(b, uint32(8+len(body))<<16|opcode)
	return append(b, body...)
}

func global(name string) []byte {
	text := append([]byte(name), 0)
	b := binary.NativeEndian.AppendUint32(nil, 7)
	b = binary.NativeEndian.AppendUint32(b, uint32(len(text)))
	for len(text)%4 != 0 {
		text = append(text, 0)
	}
	return waylandEvent(wlRegistry, registryGlobal, binary.NativeEndian.AppendUint32(append(b, text...), 1))
}

func TestCompositorWithoutASeat(t *testing.T) {
	done := waylandEvent(wlCallback, callbackDone, make([]byte, 4))
	join := func(all ...[]byte) (b []byte) {
		for _, a := range all {
			b = append(b, a...)
		}
		return b
	}
	for name, tt := range map[string]struct {
		events []byte
		seat   bool // there is one
		none   bool // it is known that there is none
	}{
		"a seat":                  {join(global("wl_compositor"), global("wl_seat"), done), true, false},
		"no seat":                 {join(global("wl_compositor"), global("wl_seat_manager"), done), false, true},
		"an empty list":           {done, false, true},
		"it ends in between":      {join(global("wl_compositor")), false, false},
		"it says nothing":         {nil, false, false},
		"it speaks another way":   {[]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), false, false},
		"a length out of bounds":  {join(waylandEvent(wlRegistry, registryGlobal, []byte{1, 0, 0, 0, 255, 255, 255, 255}), done), false, true},
		"an event without a body": {join(waylandEvent(wlRegistry, registryGlobal, nil), done), false, true},
	} {
		err := checkWayland(compositor(t, tt.events))
		if (err == nil) != tt.seat || errors.Is(err, errNoSeat) != tt.none {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where Wayland cannot be used, the reason is one of Wayland.
func TestReasonsOfWayland(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", compositor(t, waylandEvent(wlCallback, callbackDone, make([]byte, 4))))
	if got := noDisplay(); got != errNoSeat.Error() {
		t.Errorf("without a seat: %q", got)
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("WAYLAND_DISPLAY", "nobody")
	if got := noDisplay(); got != "nothing answers at WAYLAND_DISPLAY nobody" {
		t.Errorf("without a compositor: %q", got)
	}
}
