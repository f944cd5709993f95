package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"nightlatch/app/harness"
)

// A desktop is a display with a session bus, for one program.
type desktop struct {
	display *harness.Display
	bus     *exec.Cmd
	env     []string
}

// openDesktop opens a new display with a session bus. If managed is true, a window manager
// gives the window the focus; if not, only the program draws on the display.
func openDesktop(ctx context.Context, managed bool) (_ *desktop, err error) {
	open := harness.BareDisplay
	if managed {
		open = harness.OpenDisplay
	}
	d := &desktop{}
	if d.display, err = open(ctx, 1280, 860); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	d.bus = exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1")
	d.bus.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := d.bus.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.bus.Start(); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("session bus: %w", err)
	}
	d.env = append(d.display.Env(), "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address))
	return d, nil
}

func (d *desktop) close() {
	if d.bus != nil && d.bus.Process != nil {
		_ = d.bus.Process.Kill()
		_ = d.bus.Wait()
	}
	d.display.Close()
}

// A program is the console or the hello-world window.
type program struct {
	path string
	args []string
	home string
}

// env returns a desktop's environment with the program's own home directory, where it finds
// its caches at the next start. XDG_CACHE_HOME must be unset and not empty: otherwise Mesa
// keeps no compiled shaders.
func (p program) env(desktop []string) []string {
	env := slices.DeleteFunc(slices.Clone(desktop), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return name == "XDG_DATA_HOME" || name == "XDG_CONFIG_HOME" || name == "XDG_CACHE_HOME"
	})
	return append(env, "HOME="+p.home, "XDG_RUNTIME_DIR="+p.home)
}

// An openWindow is a running program whose window has drawn its first frame.
type openWindow struct {
	cmd    *exec.Cmd
	errors *strings.Builder
	ended  chan struct{}
	frame  time.Duration // from start to the first frame
	cpu    time.Duration // used until the first frame
	last   *image.RGBA   // the first frame
}

// pollEvery is how often the screen is read while waiting for the first frame. Reading
// takes some milliseconds, the same for both programs.
const pollEvery = 8 * time.Millisecond

// show starts a program and waits for its first frame: the first picture of the
// display that has more than a plain window on it.
func (d *desktop) show(ctx context.Context, p program) (*openWindow, error) {
	s := &openWindow{errors: &strings.Builder{}, ended: make(chan struct{})}
	s.cmd = exec.Command(p.path, p.args...)
	s.cmd.Env = p.env(d.env)
	s.cmd.Stderr = s.errors
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait()
	}()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		picture, err := d.display.Screen.Picture()
		if err == nil && drawn(picture) {
			s.frame, s.last = time.Since(begun), picture
			s.cpu, err = cpuOf(s.pid())
			return s, err
		}
		select {
		case <-tick.C:
			continue
		case <-s.ended:
			err = errors.Join(err, fmt.Errorf("%s ended: %s", p.path, s.errors))
		case <-limit:
			err = errors.Join(err, fmt.Errorf("%s drew nothing within a minute", p.path))
		case <-ctx.Done():
			err = ctx.Err()
		}
		return nil, errors.Join(err, s.close())
	}
}

// drawn reports whether a picture has more colours than an empty window on an empty screen.
func drawn(p *image.RGBA) bool {
	const plain = 4
	var seen [plain][3]byte
	n := 0
next:
	for i := 0; i+3 < len(p.Pix); i += 4 {
		c := [3]byte(p.Pix[i:])
		for _, known := range seen[:n] {
			if c == known {
				continue next
			}
		}
		if n == plain {
			return true
		}
		seen[n] = c
		n++
	}
	return false
}

func (s *openWindow) pid() int { return s.cmd.Process.Pid }

// close ends the program.
func (s *openWindow) close() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Kill()
		<-s.ended
	}
	return nil
}
