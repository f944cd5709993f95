//go:build unix

package localsocket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
)

// maxPath is the longest path that fits into sockaddr_un on every system, in bytes.
const maxPath = 100

// A listener accepts connections of this user and of root.
type listener struct {
	net.Listener
	path   string
	remove sync.Once
}

func listen(dir, name string) (net.Listener, error) {
	address, free, err := address(dir, name)
	if err != nil {
		return nil, err
	}
	defer free()
	if err := os.Remove(address); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("localsocket: old socket: %w", err)
	}
	l, err := net.Listen("unix", address)
	if err != nil {
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // the address may no longer be valid when it closes
	path := filepath.Join(dir, name)
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	return &listener{Listener: l, path: path}, nil
}

// Accept returns the next connection of this user or of root.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if uid, err := peer(conn.(*net.UnixConn)); err == nil && trusted(uid) {
			return conn, nil
		}
		conn.Close()
	}
}

// Close stops listening and removes the socket.
func (l *listener) Close() error {
	err := l.Listener.Close()
	l.remove.Do(func() { _ = os.Remove(l.path) }) // a leftover socket is harmless
	return err
}

func dial(ctx context.Context, dir, name string) (net.Conn, error) {
	address, free, err := address(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	if err != nil {
		return nil, err
	}
	defer free()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", address)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENOTSOCK):
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	case err != nil:
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	uid, err := peer(conn.(*net.UnixConn))
	if err == nil && !trusted(uid) && !owner(dir, uid) {
		err = ErrStranger
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// trusted reports whether a process of the user uid may connect.
func trusted(uid uint32) bool { return uid == 0 || int(uid) == os.Geteuid() }

// owner reports whether the user uid owns dir. Root may connect to the servers
// of other users.
func owner(dir string, uid uint32) bool {
	stat, err := os.Stat(dir)
	if err != nil {
		return false
	}
	s, ok := stat.Sys().(*syscall.Stat_t)
	return ok && os.Geteuid() == 0 && s.Uid == uid
}

// address returns an address for the socket that fits into sockaddr_un. It is
// valid until free is called.
func address(dir, name string) (address string, free func(), err error) {
	address = filepath.Join(dir, name)
	if len(address) <= maxPath {
		return address, func() {}, nil
	}
	if runtime.GOOS != "linux" {
		return "", nil, errors.New("localsocket: the data directory's path is too long for a socket")
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, fmt.Errorf("localsocket: %w", err)
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), name), func() { d.Close() }, nil
}
