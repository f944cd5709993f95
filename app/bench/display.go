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

// A desk is a display with a session bus, and one program's window on it.
type desk struct {
	display *harness.Display
	bus     *exec.Cmd
	env     []string
}

// openDesk opens a display of its own with a session bus. Where it is managed,
// the window gets the focus, as on a person's desktop; where it is not, whatever
// is drawn on it the program drew.
func openDesk(ctx context.Context, managed bool) (_ *desk, err error) {
	open := harness.BareDisplay
	if managed {
		open = harness.OpenDisplay
	}
	d := &desk{}
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

func (d *desk) close() {
	if d.bus != nil && d.bus.Process != nil {
		_ = d.bus.Process.Kill()
		_ = d.bus.Wait()
	}
	d.display.Close()
}

// A program is what is started on a desk: ours or the hello-world window.
type program struct {
	path string
	args []string
	home string
}

// env is a desk's environment with a home of the program's own. What a program
// keeps there it finds at its next start, as on any day: with XDG_CACHE_HOME set
// to nothing rather than not set, Mesa keeps no compiled shaders.
func (p program) env(desk []string) []string {
	env := slices.DeleteFunc(slices.Clone(desk), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return name == "XDG_DATA_HOME" || name == "XDG_CONFIG_HOME" || name == "XDG_CACHE_HOME"
	})
	return append(env, "HOME="+p.home, "XDG_RUNTIME_DIR="+p.home)
}

// A shown is a program with its window open.
type shown struct {
	cmd    *exec.Cmd
	errors *strings.Builder
	ended  chan struct{}
	frame  time.Duration // from start to the first frame
	cpu    time.Duration // used until then
	last   *image.RGBA   // the first frame
}

// lookEvery is how often the screen is looked at for the first frame: a look
// costs some milliseconds, the same for both programs.
const lookEvery = 8 * time.Millisecond

// show starts a program and waits for its first frame: the first picture of the
// display that has more than a plain window on it.
func (d *desk) show(ctx context.Context, p program) (*shown, error) {
	s := &shown{errors: &strings.Builder{}, ended: make(chan struct{})}
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
	tick := time.NewTicker(lookEvery)
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
			err = errors.Join(err, fmt.Errorf("%s drew nothing", p.path))
		case <-ctx.Done():
			err = ctx.Err()
		}
		return nil, errors.Join(err, s.close())
	}
}

// drawn says whether a picture has more colours than a plain window on a plain
// screen.
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

func (s *shown) pid() int { return s.cmd.Process.Pid }

// close ends the program.
func (s *shown) close() error {
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
