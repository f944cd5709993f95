//go:build linux || darwin

package secret

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A descriptor is an input of the system. Its reads block in poll, where the end of a
// context wakes them.
type descriptor int

// openFile opens a file. It does not wait for the writer of a named pipe; the read does.
func openFile(path string) (input, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return descriptor(fd), nil
}

// inherited returns a descriptor that the calling program opened. Descriptors of this
// program are closed on exec; those were not.
func inherited(fd int) (input, error) {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC != 0 {
		return nil, unix.EBADF
	}
	unix.CloseOnExec(fd) // children of this program do not get it
	return descriptor(fd), nil
}

func (d descriptor) read(ctx context.Context, into []byte) (int, error) {
	w, err := wakeAt(ctx)
	if err != nil {
		return 0, err
	}
	defer w.close()
	return d.readAwake(ctx, w, into)
}

func (d descriptor) readAwake(ctx context.Context, w *waker, into []byte) (int, error) {
	for {
		fds := []unix.PollFd{{Fd: int32(d), Events: unix.POLLIN}, {Fd: w.fd(), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return 0, err
		}
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case fds[1].Revents != 0:
			return 0, errWoken
		case fds[0].Revents == 0:
			continue
		}
		n, err := unix.Read(int(d), into)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

var errWoken = errors.New("secret: woken")

// A waker is a pipe that ends a poll: when a context ends, and when wake is called.
type waker struct {
	r, w    *os.File
	stop    func() bool
	closing sync.Mutex
}

func wakeAt(ctx context.Context) (*waker, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	k := &waker{r: r, w: w}
	k.stop = context.AfterFunc(ctx, k.wake)
	return k, nil
}

func (k *waker) fd() int32 { return int32(k.r.Fd()) }

func (k *waker) wake() {
	k.closing.Lock()
	defer k.closing.Unlock()
	_, _ = k.w.Write([]byte{0}) // fails only after close
}

func (k *waker) close() {
	k.stop()
	k.closing.Lock()
	defer k.closing.Unlock()
	_ = errors.Join(k.r.Close(), k.w.Close()) // nothing is lost with it
}

// resumeWait is how long a process that suspends itself waits until it is stopped.
const resumeWait = 200 * time.Millisecond

// readHidden reads a line from a terminal without echo. It calls prompt when the echo is off.
// The echo is restored at the end, when the terminal closes, when the user quits the program
// (Ctrl-\), and while the process is suspended. After a suspension, prompt is called again.
func readHidden(ctx context.Context, f *os.File, prompt func()) (string, error) {
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return "", err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	hidden.Lflag |= unix.ICANON | unix.ISIG
	hidden.Iflag |= unix.ICRNL
	hide := func() error { return unix.IoctlSetTermios(fd, setTermios, &hidden) }
	restore := func() { _ = unix.IoctlSetTermios(fd, setTermios, before) } // nothing else can be done

	signals := make(chan os.Signal, 4)
	watched := []os.Signal{unix.SIGTSTP, unix.SIGHUP, unix.SIGQUIT}
	signal.Notify(signals, watched...)
	defer signal.Stop(signals)
	w, err := wakeAt(ctx)
	if err != nil {
		return "", err
	}
	ended := make(chan struct{})
	pending := make(chan os.Signal, 4)
	var forwarder sync.WaitGroup
	forwarder.Go(func() {
		for {
			select {
			case s := <-signals:
				pending <- s
				w.wake()
			case <-ended:
				return
			}
		}
	})
	defer w.close()
	defer forwarder.Wait()
	defer close(ended)
	defer restore()
	if err := hide(); err != nil {
		return "", err
	}
	prompt()
	var line strings.Builder
	part := make([]byte, 4096)
	defer clear(part)
	for {
		n, err := descriptor(fd).readAwake(ctx, w, part)
		switch {
		case errors.Is(err, errWoken):
			w.drain()
			restore()
			raise(<-pending)
			signal.Notify(signals, watched...) // raise ended it
			if err := hide(); err != nil {
				return "", err
			}
			prompt()
			continue
		case errors.Is(err, io.EOF) && line.Len() > 0:
			return line.String(), nil
		case errors.Is(err, io.EOF):
			return "", ErrEnded
		case err != nil:
			return "", err
		}
		line.Write(part[:n])
		switch text := line.String(); {
		case strings.HasSuffix(text, "\n"):
			return text, nil
		case line.Len() > maxLine:
			return "", ErrTooLong
		}
	}
}

// drain consumes one wake.
func (k *waker) drain() {
	var b [1]byte
	_, _ = k.r.Read(b[:]) // there is one
}

// raise applies the default action of a signal to this process: suspend it or end it. In the
// process group of the session's leader no shell could continue it, so SIGTSTP does nothing
// there, as POSIX specifies (section 2.4.3, orphaned process groups).
func raise(s os.Signal) {
	which, ok := s.(unix.Signal)
	if !ok {
		return
	}
	if which == unix.SIGTSTP {
		if session, err := unix.Getsid(0); err != nil || session == unix.Getpgrp() {
			return
		}
		which = unix.SIGSTOP // Go's handler of SIGTSTP cannot be removed
	}
	resumed := make(chan os.Signal, 1)
	signal.Notify(resumed, unix.SIGCONT)
	defer signal.Stop(resumed)
	signal.Reset(s)
	_ = unix.Kill(os.Getpid(), which) // to this process it is always permitted
	select {
	case <-resumed:
	case <-time.After(resumeWait):
	}
}
