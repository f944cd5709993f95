//go:build cgo && !nofido

package libfido2

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"nightlatch/fido"
)

// A watch keeps a second descriptor of the key open during a ceremony, without reading
// or writing. It has two purposes. It shows whether the key was unplugged, which
// libfido2's errors do not. And it prevents the kernel from giving the path to another
// device meanwhile.
type watch struct {
	fd int // -1 for a path that cannot be watched
}

// openWatch opens a watch on path. An error says why the key cannot be opened.
func openWatch(path string) (watch, error) {
	none := watch{fd: -1}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return none, openError(err)
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		return none, nil // the kernel's NFC devices are directories under /sys
	}
	if st.Mode&unix.S_IFMT != unix.S_IFCHR {
		return none, fido.ErrNotKey
	}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return none, openError(err)
	}
	return watch{fd: fd}, nil
}

func openError(err error) error {
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w: %w", fido.ErrNoPermission, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w: %w", fido.ErrBusy, err)
	default:
		return fmt.Errorf("%w: %w", fido.ErrRemoved, err)
	}
}

func (w watch) close() error {
	if w.fd < 0 {
		return nil
	}
	return unix.Close(w.fd)
}

// gone reports whether the key was unplugged.
func (w watch) gone() bool {
	if w.fd < 0 {
		return false
	}
	fds := []unix.PollFd{{Fd: int32(w.fd)}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
}

// locked reports whether another program holds libfido2's lock on the key.
func (w watch) locked() bool {
	if w.fd < 0 {
		return false
	}
	err := unix.Flock(w.fd, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		_ = unix.Flock(w.fd, unix.LOCK_UN) // closing the descriptor would unlock too
	}
	return errors.Is(err, unix.EWOULDBLOCK)
}

// clear discards reports that an earlier program left unread. Otherwise a late answer
// would be taken for the answer to the next command. Only a pseudo-terminal needs this:
// a HID device has one queue per reader. A key that another program has is not cleared.
func (w watch) clear() {
	if w.fd < 0 || unix.Flock(w.fd, unix.LOCK_EX|unix.LOCK_NB) != nil {
		return
	}
	_ = unix.IoctlSetInt(w.fd, unix.TCFLSH, unix.TCIFLUSH) // fails on a HID device
	_ = unix.Flock(w.fd, unix.LOCK_UN)
}

// settle waits up to answerLag for the answer to an interrupted call, and discards it.
func (w watch) settle() {
	if w.fd < 0 {
		return
	}
	fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
	_, _ = unix.Poll(fds, int(answerLag.Milliseconds())) // without an answer there is nothing to discard
	w.clear()
}
