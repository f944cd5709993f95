package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// The one thing an instance can be told, and its answers.
const (
	raiseRequest = "raise\n"
	raised       = "raised\n"
	noWindow     = "no window\n"
)

// raiseTimeout bounds both sides of the exchange: a second start says what it
// has to say within a second.
const raiseTimeout = 500 * time.Millisecond

// maxSocketPath is what a sockaddr_un takes everywhere.
const maxSocketPath = 100

// A raiseListener is this program's end of the socket by which a second start brings
// the first one's window forward. Whoever holds the database has the socket: it
// lies in the data directory, which only its owner can enter.
type raiseListener struct {
	listener net.Listener
	done     sync.WaitGroup
}

// listenForRaise begins to listen. raise brings the window forward, or is nil if there
// is none. The caller holds the database's lock, so a socket that lies there is
// a dead program's.
func listenForRaise(dir string, raise func()) (*raiseListener, error) {
	address, free, err := socketAddress(dir)
	if err != nil {
		return nil, err
	}
	defer free()
	if err := os.Remove(address); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("app: old socket: %w", err)
	}
	listener, err := net.Listen("unix", address)
	if err != nil {
		return nil, fmt.Errorf("app: socket: %w", err)
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := os.Chmod(filepath.Join(dir, socketName), 0o600); err != nil {
		listener.Close()
		return nil, fmt.Errorf("app: socket: %w", err)
	}
	l := &raiseListener{listener: listener}
	l.done.Go(func() { l.answer(raise) })
	return l, nil
}

func (l *raiseListener) answer(raise func()) {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		answerOne(conn, raise)
	}
}

func answerOne(conn net.Conn, raise func()) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(raiseTimeout)) // a unix socket takes deadlines
	request := make([]byte, len(raiseRequest))
	if _, err := io.ReadFull(conn, request); err != nil || string(request) != raiseRequest {
		return
	}
	if raise == nil {
		_, _ = io.WriteString(conn, noWindow) // the asker is gone: nobody minds
		return
	}
	raise()
	_, _ = io.WriteString(conn, raised)
}

// close stops listening and waits for the last answer.
func (l *raiseListener) close(dir string) {
	l.listener.Close()
	l.done.Wait()
	_ = os.Remove(filepath.Join(dir, socketName)) // left behind it does no harm
}

// raiseRunning asks the instance that holds dir to bring its window forward, and
// reports whether it did.
func raiseRunning(ctx context.Context, dir string) bool {
	address, free, err := socketAddress(dir)
	if err != nil {
		return false
	}
	defer free()
	ctx, cancel := context.WithTimeout(ctx, raiseTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", address)
	if err != nil {
		return false
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := io.WriteString(conn, raiseRequest); err != nil {
		return false
	}
	answer, err := io.ReadAll(io.LimitReader(conn, 64))
	return err == nil && strings.TrimSpace(string(answer)) == strings.TrimSpace(raised)
}

// socketAddress is the socket's path in a form short enough for the system. free
// gives back what holds it.
func socketAddress(dir string) (address string, free func(), err error) {
	address = filepath.Join(dir, socketName)
	if len(address) <= maxSocketPath {
		return address, func() {}, nil
	}
	if runtime.GOOS != "linux" {
		return "", nil, errors.New("app: the data directory's path is too long for a socket")
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, fmt.Errorf("app: socket: %w", err)
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), socketName), func() { d.Close() }, nil
}
