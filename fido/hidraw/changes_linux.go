package hidraw

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Plugging a key in takes several steps: the kernel makes the node, then udev gives the
// user permission to open it. A listing in between would show a locked key. So a change
// is reported when no event came for quiet, or after atMost.
const (
	quiet  = 200 * time.Millisecond
	atMost = 500 * time.Millisecond
)

// Changes reports when keys are plugged in or unplugged, or when their permissions
// change. It is a fido.Changes. It uses inotify; if that is unavailable, the channel is
// closed at once.
func (b Bus) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	f, err := b.inotify()
	if err != nil {
		close(out)
		return out
	}
	stop := context.AfterFunc(ctx, func() { _ = f.Close() }) // which ends the Read below
	go func() {
		defer close(out)
		defer func() {
			if stop() {
				_ = f.Close()
			}
		}()
		for {
			if err := awaitChange(f, time.Time{}); err != nil {
				return
			}
			for end := time.Now().Add(atMost); ; {
				until := time.Now().Add(quiet)
				if until.After(end) {
					until = end
				}
				if err := awaitChange(f, until); errors.Is(err, os.ErrDeadlineExceeded) {
					break
				} else if err != nil {
					return
				}
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}

func (b Bus) inotify() (*os.File, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "inotify")
	const mask = unix.IN_CREATE | unix.IN_DELETE | unix.IN_ATTRIB | unix.IN_MOVED_TO | unix.IN_MOVED_FROM | unix.IN_ONLYDIR
	if _, err := unix.InotifyAddWatch(fd, b.dev(), mask); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

var errEnded = errors.New("hidraw: the device directory was removed")

// awaitChange returns nil when a hidraw node changes, or os.ErrDeadlineExceeded at
// until, if that is not zero.
func awaitChange(f *os.File, until time.Time) error {
	if err := f.SetReadDeadline(until); err != nil {
		return err
	}
	buf := make([]byte, 16*(unix.SizeofInotifyEvent+unix.NAME_MAX+1))
	for {
		n, err := f.Read(buf)
		if err != nil {
			return err
		}
		if told, err := concerns(buf[:n]); told || err != nil {
			return err
		}
	}
}

// concerns reports whether one of the inotify events (inotify(7)) is about a hidraw
// node.
func concerns(events []byte) (told bool, err error) {
	for len(events) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(events[4:])
		size := int(binary.NativeEndian.Uint32(events[12:]))
		name := events[unix.SizeofInotifyEvent:]
		if size > len(name) {
			return told, errEnded
		}
		name, events = name[:size], name[size:]
		name, _, _ = bytes.Cut(name, []byte{0})
		switch _, ok := number(string(name)); {
		case mask&(unix.IN_IGNORED|unix.IN_UNMOUNT) != 0:
			return told, errEnded
		case ok, mask&unix.IN_Q_OVERFLOW != 0:
			told = true
		}
	}
	return told, nil
}
