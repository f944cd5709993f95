package fido

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// IgnoreHangup keeps the program running when a virtual key is unplugged.
//
// To the kernel, a virtual key's pseudo-terminal is a terminal. If a session leader
// without a controlling terminal opens it, as libfido2 does, it becomes the session's
// controlling terminal, and closing it sends SIGHUP to the leader. IgnoreHangup
// ignores SIGHUP in that case only: a program that has a controlling terminal or is
// not a session leader keeps the default.
func IgnoreHangup() {
	if sid, err := unix.Getsid(0); err != nil || sid != os.Getpid() {
		return
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err == nil {
		_ = tty.Close() // opened only to learn whether it exists
		return
	}
	signal.Ignore(syscall.SIGHUP)
}
