package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// errNoSeat is why the window cannot be opened on a Wayland compositor: GLFW 3.4 uses the
// seat without asking whether there is one, and crashes.
var errNoSeat = errors.New("the Wayland compositor has no keyboard and no mouse, and the window needs them")

// waylandSocket is the socket of the compositor, "" if none is set.
func waylandSocket() string {
	name := os.Getenv("WAYLAND_DISPLAY")
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), name)
}

// Object IDs and opcodes of the Wayland protocol, version 1.
const (
	wlDisplay, wlRegistry, wlCallback = 1, 2, 3

	displaySync, displayGetRegistry = 0, 1 // requests
	registryGlobal, callbackDone    = 0, 0 // events

	waylandLimit = 2 * time.Second // for the compositor to answer
	mostMessage  = 4096            // bytes of a message
)

// checkWayland asks a compositor for the list of what it has, and returns errNoSeat if
// there is no seat in it.
func checkWayland(socket string) error {
	conn, err := net.DialTimeout("unix", socket, waylandLimit)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(waylandLimit)); err != nil {
		return err
	}
	ask := append(waylandRequest(displayGetRegistry, wlRegistry), waylandRequest(displaySync, wlCallback)...)
	if _, err := conn.Write(ask); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	for {
		object, opcode, body, err := readWayland(in)
		switch {
		case err != nil:
			return err
		case object == wlRegistry && opcode == registryGlobal && waylandInterface(body) == "wl_seat":
			return nil
		case object == wlCallback && opcode == callbackDone: // the list is complete
			return errNoSeat
		}
	}
}

// waylandRequest is a request to the display with a new object as its argument.
func waylandRequest(opcode, newID uint32) []byte {
	const size = 12
	b := binary.NativeEndian.AppendUint32(nil, wlDisplay)
	b = binary.NativeEndian.AppendUint32(b, size<<16|opcode)
	return binary.NativeEndian.AppendUint32(b, newID)
}

func readWayland(r io.Reader) (object, opcode uint32, body []byte, err error) {
	var head [8]byte
	if _, err = io.ReadFull(r, head[:]); err != nil {
		return 0, 0, nil, err
	}
	second := binary.NativeEndian.Uint32(head[4:])
	size := int(second >> 16)
	if size < len(head) || size > mostMessage {
		return 0, 0, nil, errors.New("not a Wayland message")
	}
	body = make([]byte, size-len(head))
	_, err = io.ReadFull(r, body)
	return binary.NativeEndian.Uint32(head[:]), second & 0xffff, body, err
}

// waylandInterface is the interface in the event wl_registry.global: a number, then the
// length and bytes of the name.
func waylandInterface(body []byte) string {
	if len(body) < 8 {
		return ""
	}
	n := int64(binary.NativeEndian.Uint32(body[4:]))
	if n > int64(len(body)-8) {
		return ""
	}
	return strings.TrimRight(string(body[8:8+n]), "\x00")
}
