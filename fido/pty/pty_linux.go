package pty

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"nightlatch/fido"
)

// Supported reports whether this system has endpoints.
const Supported = true

// reportSize is how many bytes libfido2 reads at a time.
const reportSize = 64

// An Endpoint is a pseudo-terminal whose path libfido2 opens like a HID device.
// This program reads and writes the other end. Read and Write may each be called by one
// goroutine at a time; Close is safe for concurrent use.
type Endpoint struct {
	master *os.File
	slave  *os.File
	path   string
}

// Open makes an endpoint.
func Open() (*Endpoint, error) {
	fido.IgnoreHangup()
	// Non-blocking, so that Go's poller is used and Close ends a Read.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("pty: opening /dev/ptmx: %w", err)
	}
	master := os.NewFile(uintptr(fd), "/dev/ptmx")
	e, err := open(fd, master)
	if err != nil {
		_ = master.Close() // the first error counts
		return nil, err
	}
	return e, nil
}

func open(fd int, master *os.File) (*Endpoint, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, fmt.Errorf("pty: unlocking: %w", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, fmt.Errorf("pty: reading its number: %w", err)
	}
	path := "/dev/pts/" + strconv.Itoa(n)
	sfd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("pty: opening %s: %w", path, err)
	}
	slave := os.NewFile(uintptr(sfd), path)
	if err := raw(sfd); err != nil {
		_ = slave.Close()
		return nil, err
	}
	return &Endpoint{master: master, slave: slave, path: path}, nil
}

// raw turns off all processing of bytes (cfmakeraw), and makes a read wait for a whole
// report.
func raw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("pty: reading its mode: %w", err)
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON | unix.IXOFF
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	t.Cc[unix.VMIN] = reportSize
	t.Cc[unix.VTIME] = 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return fmt.Errorf("pty: setting raw mode: %w", err)
	}
	return nil
}

// Path returns the path for the other side.
func (e *Endpoint) Path() string { return e.path }

// Read reads what the other side wrote. Close ends it.
func (e *Endpoint) Read(p []byte) (int, error) { return e.master.Read(p) }

// Write writes data for the other side.
func (e *Endpoint) Write(p []byte) (int, error) { return e.master.Write(p) }

// Flush discards what the other side has not read.
func (e *Endpoint) Flush() error {
	return e.onSlave(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) })
}

// Pending reports whether there is data that the other side has not read.
func (e *Endpoint) Pending() (bool, error) {
	var n int
	err := e.onSlave(func(fd int) (err error) {
		n, err = unix.IoctlGetInt(fd, unix.TIOCINQ)
		return err
	})
	return n > 0, err
}

func (e *Endpoint) onSlave(do func(fd int) error) error {
	conn, err := e.slave.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = do(int(fd)) }); err != nil {
		return os.ErrClosed // Control returns an internal error of Go's poller
	}
	if errors.Is(failed, unix.EIO) { // Close has begun
		return os.ErrClosed
	}
	return failed
}

// Close removes the endpoint and its path. A program that has it open sees an unplugged
// device.
func (e *Endpoint) Close() error {
	err := e.master.Close()
	if slaveErr := e.slave.Close(); err == nil {
		err = slaveErr
	}
	if err != nil {
		return fmt.Errorf("pty: closing: %w", err)
	}
	return nil
}
