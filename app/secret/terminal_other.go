//go:build !linux && !darwin

package secret

import (
	"context"
	"errors"
	"os"

	"golang.org/x/term"
)

// A handle is an open file. When the context ends, the read continues in the background,
// because the program is about to end.
type handle struct{ f *os.File }

func openFile(path string) (input, error) {
	f, err := os.Open(path)
	return handle{f}, err
}

func inherited(int) (input, error) {
	return nil, errors.ErrUnsupported // descriptors have no numbers on this system
}

func descriptor(int) input { return handle{os.Stdin} }

func (h handle) read(ctx context.Context, into []byte) (int, error) {
	type outcome struct {
		bytes []byte
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		part := make([]byte, len(into))
		n, err := h.f.Read(part)
		done <- outcome{part[:n], err}
	}()
	select {
	case o := <-done:
		return copy(into, o.bytes), o.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// readHidden reads a line from a terminal without echo.
func readHidden(ctx context.Context, f *os.File, prompt func()) (string, error) {
	fd := int(f.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	prompt()
	type outcome struct {
		line []byte
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		done <- outcome{line, err}
	}()
	select {
	case o := <-done:
		return string(o.line), o.err
	case <-ctx.Done():
		_ = term.Restore(fd, before) // the program is about to end
		return "", ctx.Err()
	}
}
