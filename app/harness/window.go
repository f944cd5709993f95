package harness

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// A Window is a program's window on a display, controlled by the keyboard.
type Window struct {
	Display *Display

	id     string
	cmd    *exec.Cmd
	stderr *tail
	ended  chan struct{}
}

// OpenWindow starts a program with a private session bus and waits for its window, whose
// title contains title. env is added to the display's environment.
func (d *Display) OpenWindow(ctx context.Context, title string, env []string, program string, args ...string) (*Window, error) {
	w := &Window{Display: d, stderr: &tail{}, ended: make(chan struct{})}
	w.cmd = exec.Command("dbus-run-session", append([]string{"--", program}, args...)...)
	w.cmd.Env = append(d.Env(), env...)
	w.cmd.Stdout, w.cmd.Stderr = w.stderr, w.stderr
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(w.ended)
		_ = w.cmd.Wait()
	}()
	err := Within(ctx, 60*time.Second, "the window "+title, func() (bool, error) {
		select {
		case <-w.ended:
			return false, fmt.Errorf("the program ended: %s", w.Log())
		default:
		}
		out, _ := d.run(ctx, "", "xdotool", "search", "--onlyvisible", "--name", title)
		w.id, _, _ = strings.Cut(strings.TrimSpace(out), "\n")
		return w.id != "", nil
	})
	if err == nil {
		err = Within(ctx, 60*time.Second, "the first frame", func() (bool, error) {
			p, err := d.Screen.Picture()
			return err == nil && Drawn(p), err
		})
	}
	if err == nil {
		err = w.Focus(ctx)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Log returns the last part of the program's output.
func (w *Window) Log() string { return w.stderr.String() }

// Focus gives the window the keyboard focus.
func (w *Window) Focus(ctx context.Context) error {
	if _, err := w.Display.run(ctx, "", "xdotool", "windowactivate", "--sync", w.id); err != nil {
		return err
	}
	return Within(ctx, 20*time.Second, "the keyboard focus", func() (bool, error) {
		out, _ := w.Display.run(ctx, "", "xdotool", "getwindowfocus")
		return strings.TrimSpace(out) == w.id, nil
	})
}

// Title returns the window's title.
func (w *Window) Title(ctx context.Context) (string, error) {
	out, err := w.Display.run(ctx, "", "xdotool", "getwindowname", w.id)
	return strings.TrimSpace(out), err
}

// Titles returns the titles of the windows that a display shows, also of dialogs.
func (d *Display) Titles(ctx context.Context) []string {
	ctx, stop := context.WithTimeout(ctx, 5*time.Second) // a program can grab the server
	defer stop()
	out, _ := d.run(ctx, "", "xdotool", "search", "--onlyvisible", "--name", ".") // it fails if there are none
	var titles []string
	for id := range strings.FieldsSeq(out) {
		if title, err := d.run(ctx, "", "xdotool", "getwindowname", id); err == nil { // else it has been closed
			titles = append(titles, strings.TrimSpace(title))
		}
	}
	return titles
}

// Press presses keys one after the other, by their X names ("Tab", "ctrl+v").
func (w *Window) Press(ctx context.Context, keys ...string) error {
	return w.Display.Press(ctx, keys...)
}

// Type types text into the focused field.
func (w *Window) Type(ctx context.Context, text string) error { return w.Display.Type(ctx, text) }

// Clipboard returns the text on the clipboard.
func (w *Window) Clipboard(ctx context.Context) (string, error) {
	return w.Display.run(ctx, "", "xclip", "-o", "-selection", "clipboard")
}

// quiet is how many pixels may differ between two pictures of a settled screen, because of
// a blinking caret and a countdown.
const quiet = 2500

// stillFor is how long a settled screen must not have changed: longer than the server takes
// to answer.
const stillFor = 400 * time.Millisecond

// Settled waits until the screen no longer changes, and returns its picture.
func (w *Window) Settled(ctx context.Context) (*image.RGBA, error) { return w.Display.Settled(ctx) }

// Settled waits until the screen no longer changes, and returns its picture.
func (d *Display) Settled(ctx context.Context) (*image.RGBA, error) {
	var last *image.RGBA
	since := time.Now()
	err := Within(ctx, 30*time.Second, "the screen to settle", func() (bool, error) {
		now, err := d.Screen.Picture()
		if err != nil {
			return false, err
		}
		if last == nil || Difference(last, now) > quiet {
			last, since = now, time.Now()
		}
		return time.Since(since) >= stillFor, nil
	})
	return last, err
}

// Changed waits until the screen differs from a picture, and then for it to settle.
func (w *Window) Changed(ctx context.Context, from *image.RGBA) (*image.RGBA, error) {
	return w.Display.Changed(ctx, from)
}

// Changed waits until the screen differs from a picture, and then for it to settle.
func (d *Display) Changed(ctx context.Context, from *image.RGBA) (*image.RGBA, error) {
	err := Within(ctx, 30*time.Second, "the screen to change", func() (bool, error) {
		now, err := d.Screen.Picture()
		return err == nil && Difference(from, now) > quiet, err
	})
	if err != nil {
		return nil, err
	}
	return d.Settled(ctx)
}

// Close ends the program and its session bus.
func (w *Window) Close() {
	// Signal the process group, because dbus-run-session does not forward signals.
	if err := syscall.Kill(-w.cmd.Process.Pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return
	}
	select {
	case <-w.ended:
	case <-time.After(10 * time.Second):
		_ = syscall.Kill(-w.cmd.Process.Pid, syscall.SIGKILL)
		<-w.ended
	}
}

// ReadyURL returns the URL in the program's ready line.
func (w *Window) ReadyURL(ctx context.Context) (url string, err error) {
	said := regexp.MustCompile(`"url":"(http://localhost:[0-9]+)"`)
	err = Within(ctx, 20*time.Second, "the ready line", func() (bool, error) {
		if m := said.FindStringSubmatch(w.Log()); m != nil {
			url = m[1]
		}
		return url != "", nil
	})
	return url, err
}

// Class returns the window's class, by which a desktop finds the program's entry (WM_CLASS,
// ICCCM 4.1.2.5).
func (w *Window) Class(ctx context.Context) (string, error) {
	out, err := w.Display.run(ctx, "", "xprop", "-id", w.id, "-notype", "WM_CLASS")
	m := regexp.MustCompile(`"([^"]*)"\s*$`).FindStringSubmatch(out)
	if m == nil {
		return "", errors.Join(err, fmt.Errorf("harness: no class in %q", out))
	}
	return m[1], err
}
