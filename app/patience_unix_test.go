//go:build unix

package main

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// A named pipe that nobody writes to is not opened as a backup.
func TestNamedPipeAsABackup(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := openPlain(t.Context(), pipe, nobody); !errors.Is(err, errNotPlain) {
		t.Errorf("%v, %v; want that it is not a file", f, err)
	}
}
