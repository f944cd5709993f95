package print

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Open opens a file in the desktop's program for it. It returns when that program has
// started, not when it is closed.
func Open(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	name, args := opener(runtime.GOOS, path)
	found, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%w: %s is not installed", ErrNoViewer, name)
	}
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		// xdg-open may become the viewer itself. The shell starts it in the background,
		// without our open files.
		args = append([]string{"-c", `"$0" "$@" </dev/null >/dev/null 2>&1 &`, found}, args...)
		found = "/bin/sh"
	}
	out, err := exec.CommandContext(ctx, found, args...).CombinedOutput()
	if errors.As(err, new(*exec.ExitError)) {
		return fmt.Errorf("%w: %s", ErrNoViewer, strings.TrimSpace(string(out)))
	}
	if err != nil {
		return fmt.Errorf("print: opening a file: %w", err)
	}
	return nil
}

// opener is the program that opens a file on an operating system, and its arguments.
// The path is absolute, so it cannot be mistaken for an option.
func opener(system, path string) (name string, args []string) {
	switch system {
	case "darwin":
		return "open", []string{path}
	case "windows":
		return "rundll32.exe", []string{"url.dll,FileProtocolHandler", path}
	}
	return "xdg-open", []string{path}
}
