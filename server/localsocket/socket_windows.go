package localsocket

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"nightlatch/server/store/durable"
)

const pipePrefix = `\\.\pipe\nightlatch-`

// A listener accepts connections on a named pipe.
type listener struct {
	net.Listener
	file string // holds the pipe's name
}

// listen creates a pipe. Its name is random, so no other program can create it
// first.
func listen(dir, name string) (net.Listener, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("localsocket: who am I: %w", err)
	}
	pipe := pipePrefix + strings.ToLower(rand.Text())
	// Full access for this user, administrators (BA) and the system (SY); nobody else.
	l, err := winio.ListenPipe(pipe, &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("D:P(A;;GA;;;%s)(A;;GA;;;BA)(A;;GA;;;SY)", user.User.Sid),
	})
	if err != nil {
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	file := filepath.Join(dir, name)
	err = durable.Replace(file, 0o600, durable.Bytes([]byte(pipe)))
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	return &listener{l, file}, nil
}

// Close stops listening and removes the file.
func (l *listener) Close() error {
	_ = os.Remove(l.file) // a leftover file is harmless
	return l.Listener.Close()
}

func dial(ctx context.Context, dir, name string) (net.Conn, error) {
	pipe, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !strings.HasPrefix(string(pipe), pipePrefix) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	conn, err := winio.DialPipeContext(ctx, string(pipe))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	if err != nil {
		return nil, fmt.Errorf("localsocket: %w", err)
	}
	return conn, nil
}
