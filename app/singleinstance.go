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

// instanceTimeout bounds both sides of the exchange: a second start says what it
// has to say within a second.
const instanceTimeout = 500 * time.Millisecond

// maxSocketPath is what a sockaddr_un takes everywhere.
const maxSocketPath = 100

// An instance is this program's end of the socket by which a second start brings
// the first one's window forward. Whoever holds the database has the socket: it
// lies in the data directory, which only its owner can enter.
type instance struct {
	listener net.Listener
	done     sync.WaitGroup
}

// announce begins to listen. raise brings the window forward, or is nil if there
// is none. The caller holds the database's lock, so a socket that lies there is
// a dead program's.
func announce(dir string, raise func()) (*instance, error) {
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
	i := &instance{listener: listener}
	i.done.Go(func() { i.answer(raise) })
	return i, nil
}

func (i *instance) answer(raise func()) {
	for {
		conn, err := i.listener.Accept()
		if err != nil {
			return
		}
		answerOne(conn, raise)
	}
}

func answerOne(conn net.Conn, raise func()) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(instanceTimeout)) // a unix socket takes deadlines
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
func (i *instance) close(dir string) {
	i.listener.Close()
	i.done.Wait()
	_ = os.Remove(filepath.Join(dir, socketName)) // left behind it does no harm
}

// raiseFirst asks the instance that holds dir to bring its window forward, and
// reports whether it did.
func raiseFirst(ctx context.Context, dir string) bool {
	address, free, err := socketAddress(dir)
	if err != nil {
		return false
	}
	defer free()
	ctx, cancel := context.WithTimeout(ctx, instanceTimeout)
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
