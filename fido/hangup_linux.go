package fido

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// IgnoreHangup keeps the unplugging of a virtual key from ending the program.
//
// A key behind a pseudo-terminal is a terminal to the kernel. When the leader of
// a session that has no terminal opens one, as libfido2 does, it becomes that
// session's, and closing it hangs the session up: SIGHUP. A program that has a
// terminal of its own, or leads no session, is not touched by this and keeps its
// hang-up.
func IgnoreHangup() {
	if sid, err := unix.Getsid(0); err != nil || sid != os.Getpid() {
		return
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err == nil {
		_ = tty.Close() // only opened to see whether there is one
		return
	}
	signal.Ignore(syscall.SIGHUP)
}
