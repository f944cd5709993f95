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

// The request to a running instance, and its answers.
const (
	raiseRequest = "raise\n"
	raised       = "raised\n"
	noWindow     = "no window\n"
)

// raiseTimeout is the limit for both sides, so that a second start ends within a second.
const raiseTimeout = 500 * time.Millisecond

// maxSocketPath fits into sockaddr_un on every system, in bytes.
const maxSocketPath = 100

// A raiseListener answers on a socket through which a second start brings the window of
// the running instance forward. The socket is in the data directory, which only its owner
// can enter, and belongs to the process that holds the database's lock.
type raiseListener struct {
	listener net.Listener
	done     sync.WaitGroup
}

// listenForRaise starts to listen. raise brings the window forward; it is nil if there is
// none. The caller must hold the database's lock: an existing socket is then left over from
// a process that has ended.
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
	_ = conn.SetDeadline(time.Now().Add(raiseTimeout)) // Unix sockets support deadlines
	request := make([]byte, len(raiseRequest))
	if _, err := io.ReadFull(conn, request); err != nil || string(request) != raiseRequest {
		return
	}
	if raise == nil {
		_, _ = io.WriteString(conn, noWindow) // an error means that the second start has ended
		return
	}
	raise()
	_, _ = io.WriteString(conn, raised)
}

// close stops listening and waits for the last answer.
func (l *raiseListener) close(dir string) {
	l.listener.Close()
	l.done.Wait()
	_ = os.Remove(filepath.Join(dir, socketName)) // a leftover socket does no harm
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

// socketAddress returns the socket's path in a form that fits into sockaddr_un. The
// address is valid until free is called.
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
