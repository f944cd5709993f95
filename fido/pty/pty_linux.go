package pty

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"nightlatch/fido"
)

// Supported tells whether this system has endpoints.
const Supported = true

// reportSize is what libfido2 reads at a time.
const reportSize = 64

// An Endpoint is a pseudo-terminal whose path libfido2 opens like a HID device.
// The program reads and writes its other end. It is used by one reader and one
// writer; Close may come from anywhere.
type Endpoint struct {
	master *os.File
	slave  *os.File
	path   string
}

// Open makes an endpoint.
func Open() (*Endpoint, error) {
	fido.IgnoreHangup()
	// Non-blocking, so that Go's poller waits and Close ends a Read.
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("pty: opening /dev/ptmx: %w", err)
	}
	master := os.NewFile(uintptr(fd), "/dev/ptmx")
	e, err := open(fd, master)
	if err != nil {
		_ = master.Close() // the first error is the one to tell
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
		return nil, fmt.Errorf("pty: asking for its number: %w", err)
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

// raw turns off all that a terminal does to bytes (cfmakeraw), and lets a read of
// one report wait for the whole of it.
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

// Path is what the other side opens.
func (e *Endpoint) Path() string { return e.path }

// Read reads what the other side wrote; Close ends it.
func (e *Endpoint) Read(p []byte) (int, error) { return e.master.Read(p) }

// Write writes what the other side will read.
func (e *Endpoint) Write(p []byte) (int, error) { return e.master.Write(p) }

// Flush throws away what the other side has not read.
func (e *Endpoint) Flush() error {
	return e.onSlave(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) })
}

// Pending tells whether there is something that the other side has not read.
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
		return os.ErrClosed // what Control reports is the poller's own word for it
	}
	if errors.Is(failed, unix.EIO) { // hung up: Close has begun
		return os.ErrClosed
	}
	return failed
}

// Close takes the endpoint away. The path is gone, and whoever has it open sees
// the device as unplugged.
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
