package secret

import "golang.org/x/sys/unix"

// The ioctls for the settings of a terminal.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
