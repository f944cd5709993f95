package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A Display is a new X server with a window manager.
type Display struct {
	Name   string // ":99"
	Screen *Screen

	server, manager *exec.Cmd
}

// OpenDisplay starts Xvfb, which chooses a free display number, and openbox.
func OpenDisplay(ctx context.Context, width, height int) (*Display, error) {
	d, err := BareDisplay(ctx, width, height)
	if err != nil {
		return nil, err
	}
	if err := d.manage(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// BareDisplay is OpenDisplay without a window manager: only the program draws on it.
func BareDisplay(ctx context.Context, width, height int) (_ *Display, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	d := &Display{server: exec.Command("Xvfb", "-displayfd", "3", "-nolisten", "tcp", "-noreset",
		"-screen", "0", fmt.Sprintf("%dx%dx24", width, height))}
	d.server.ExtraFiles = []*os.File{w}
	if err := start(d.server); err != nil {
		w.Close()
		return nil, fmt.Errorf("harness: Xvfb: %w", err)
	}
	w.Close()
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	_ = r.SetReadDeadline(time.Now().Add(20 * time.Second))
	number, err := io.ReadAll(io.LimitReader(r, 16))
	if err != nil || len(strings.TrimSpace(string(number))) == 0 {
		return nil, fmt.Errorf("harness: Xvfb did not print its display: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	d.Name = ":" + strings.TrimSpace(string(number))
	d.Screen, err = OpenScreen(d.Name)
	return d, err
}

// manage starts the window manager.
func (d *Display) manage(ctx context.Context) error {
	d.manager = exec.Command("openbox", "--sm-disable")
	d.manager.Env = d.Env()
	if err := start(d.manager); err != nil {
		return fmt.Errorf("harness: openbox: %w", err)
	}
	// A window manager that is ready sets this property of the root window (EWMH).
	return Within(ctx, 20*time.Second, "the window manager", func() (bool, error) {
		out, _ := d.run(ctx, "", "xprop", "-root", "_NET_SUPPORTING_WM_CHECK")
		return strings.Contains(out, "window id"), nil
	})
}

// start starts a program that is killed when this process ends.
func start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd.Start()
}

// Env returns the environment for programs on the display: without Wayland and without the
// settings of the user's own desktop, in English.
func (d *Display) Env() []string {
	var env []string
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "LANG", "LC_ALL", "LANGUAGE", "FYNE_THEME", "FYNE_SCALE":
		default:
			env = append(env, kv)
		}
	}
	return append(env, "DISPLAY="+d.Name, "LANG=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1")
}

func (d *Display) run(ctx context.Context, input, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = d.Env()
	cmd.Stdin = strings.NewReader(input)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("harness: %s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// Press presses keys one after the other, by their X names ("Tab", "ctrl+v").
func (d *Display) Press(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := d.run(ctx, "", "xdotool", append([]string{"key", "--delay", "30"}, keys...)...)
	return err
}

// Point moves the mouse: without a window manager, keys go to the window under it.
func (d *Display) Point(ctx context.Context, x, y int) error {
	_, err := d.run(ctx, "", "xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y))
	return err
}

// Type types text into the focused field.
func (d *Display) Type(ctx context.Context, text string) error {
	_, err := d.run(ctx, text, "xdotool", "type", "--delay", "15", "--file", "-")
	return err
}

// Close ends the window manager and the X server.
func (d *Display) Close() {
	if d.Screen != nil {
		d.Screen.Close()
	}
	for _, cmd := range []*exec.Cmd{d.manager, d.server} {
		if cmd != nil && cmd.Process != nil {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			_ = cmd.Wait() // the process is ending
		}
	}
}
