package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A Weston is a Wayland compositor.
type Weston struct {
	dir string // its socket is here
	cmd *exec.Cmd
	log *tail
}

// westonSocket is the name of its socket.
const westonSocket = "nightlatch-test"

// OpenWeston starts weston, with its socket in dir. It draws on a display, and has the
// display's keyboard and mouse as its seat; without a display (nil) it has no seat.
func OpenWeston(ctx context.Context, d *Display, dir string, width, height int) (*Weston, error) {
	if err := os.Chmod(dir, 0o700); err != nil { // Wayland's libraries demand it
		return nil, err
	}
	w := &Weston{dir: dir, log: &tail{}}
	args := []string{"--no-config", "--socket=" + westonSocket, "--idle-time=0", fmt.Sprintf("--width=%d", width), fmt.Sprintf("--height=%d", height)}
	if d != nil {
		args = append(args, "--backend=x11-backend.so", "--use-pixman")
	} else {
		args = append(args, "--backend=headless-backend.so")
	}
	w.cmd = exec.Command("weston", args...)
	w.cmd.Env = append(os.Environ(), "WAYLAND_DISPLAY=", "XDG_RUNTIME_DIR="+dir)
	if d != nil {
		w.cmd.Env = append(d.Env(), "XDG_RUNTIME_DIR="+dir)
	}
	w.cmd.Stdout, w.cmd.Stderr = w.log, w.log
	if err := start(w.cmd); err != nil {
		return nil, fmt.Errorf("harness: weston: %w", err)
	}
	err := Within(ctx, 30*time.Second, "weston", func() (bool, error) {
		_, err := os.Stat(filepath.Join(dir, westonSocket))
		return err == nil, nil
	})
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("%w\n%s", err, strings.TrimSpace(w.log.String()))
	}
	return w, nil
}

// Env are the variables for programs that use it, and no X server.
func (w *Weston) Env() []string {
	return []string{"DISPLAY=", "XDG_SESSION_TYPE=", "WAYLAND_DISPLAY=" + westonSocket, "XDG_RUNTIME_DIR=" + w.dir, "LIBGL_ALWAYS_SOFTWARE=1"}
}

// Close ends it.
func (w *Weston) Close() {
	_ = w.cmd.Process.Signal(syscall.SIGTERM)
	_ = w.cmd.Wait() // the process is ending
}
