// Package tour plays the whole main job in the real window, by keyboard alone:
// a person protects an account with a text message, an authenticator app and a
// security key, signs in with each, prints backup codes, and makes a temporary
// password that curl then uses.
//
// The window stands on a display of its own. What it shows is read by parties
// that are not ours: zbarimg reads the QR code off the screen, oathtool makes the
// codes, pdftotext reads what was printed. Pictures of each step are left in
// build/tour.
package tour

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// pictures is where the tour leaves them.
const pictures = "../../build/tour"

// A tour is one run through the window.
type tour struct {
	t       *testing.T
	ctx     context.Context
	display *harness.Display
	window  *harness.Window
	printer *harness.PrintServer
	program string
	env     []string

	url  string
	lab  *client.Client
	home string
	p    *harness.Person // the same person, seen over HTTP

	screen *image.RGBA // as it was last seen, standing still
	steps  int
}

// program is the one the Makefile has just built, or one of our own.
func program(t *testing.T) string {
	t.Helper()
	if built := os.Getenv("NIGHTLATCH_PROGRAM"); built != "" {
		return built
	}
	built, err := harness.Build(t.Context(), t.TempDir(), "nightlatch", "nightlatch/app", harness.WindowTags)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// begin opens the display, the printer and the window.
func begin(t *testing.T) *tour {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	t.Cleanup(cancel)
	x := &tour{t: t, ctx: ctx, program: program(t), home: t.TempDir()}
	if err := os.RemoveAll(pictures); err != nil {
		t.Fatal(err)
	}
	var err error
	if x.display, err = harness.OpenDisplay(ctx, 1240, 860); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.display.Close)
	if x.printer, err = harness.OpenPrintServer(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.printer.Close)
	x.env = append(x.printer.Env(), "HOME="+x.home, "XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "XDG_RUNTIME_DIR="+x.home)
	if err := os.Chmod(x.home, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() && x.window != nil {
			x.keep("failed-here")
			t.Logf("the program wrote:\n%s", x.window.Log())
		}
	})
	return x
}

// open opens the window of the lab, without demo accounts.
func (x *tour) open() {
	x.t.Helper()
	seed := filepath.Join(x.home, "seed.json")
	err := os.WriteFile(seed, []byte(`{"accounts":[]}`), 0o600)
	if err == nil {
		x.window, err = x.display.OpenWindow(x.ctx, "Nightlatch", x.env, x.program, "--lab", "--seed", seed)
	}
	if err == nil {
		x.t.Cleanup(x.window.Close)
		x.url, err = x.window.ReadyURL(x.ctx)
	}
	if err == nil {
		x.screen, err = x.window.Settled(x.ctx)
	}
	x.must(err)
	x.lab = client.New(x.url, nil)
	x.p = harness.NewPerson(x.lab, "robin")
	x.p.Phone = "+12025550143"
}

func (x *tour) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// keep saves a picture of the screen as it is now.
func (x *tour) keep(name string) string {
	x.t.Helper()
	p, err := x.display.Screen.Picture()
	path := filepath.Join(pictures, fmt.Sprintf("%02d-%s.png", x.steps, name))
	if err == nil {
		err = harness.SavePNG(path, p)
	}
	if err != nil {
		x.t.Errorf("picture %s: %v", name, err)
	}
	return path
}

// step names what is on screen now, and takes a picture of it once it stands
// still.
func (x *tour) step(name string) string {
	x.t.Helper()
	x.still()
	x.steps++
	return x.keep(name)
}

// press presses keys and waits until that has changed the screen.
func (x *tour) press(keys ...string) {
	x.t.Helper()
	x.must(x.window.Press(x.ctx, keys...))
	x.changed(strings.Join(keys, " "))
}

// changed waits until the screen is another than it was, and stands still.
func (x *tour) changed(after string) {
	x.t.Helper()
	screen, err := x.window.Changed(x.ctx, x.screen)
	if err != nil {
		x.t.Fatalf("after %s: %v", after, err)
	}
	x.screen = screen
}

// fill types into the field that has the keyboard. What is typed is too small to
// be told from a caret, so nothing is waited for.
func (x *tour) fill(text string) {
	x.t.Helper()
	x.must(x.window.Type(x.ctx, text))
}

// quiet presses keys that change little, such as the focus.
func (x *tour) quiet(keys ...string) {
	x.t.Helper()
	x.must(x.window.Press(x.ctx, keys...))
	x.still()
}

// until waits for something that the server knows.
func (x *tour) until(what string, holds func() (bool, error)) {
	x.t.Helper()
	x.must(harness.Within(x.ctx, 30*time.Second, what, holds))
}

// happened waits for an audit event of the person's account.
func (x *tour) happened(kind string) {
	x.t.Helper()
	x.until("the event "+kind, func() (bool, error) {
		list, err := x.p.Client.Activity(x.ctx, "", 50)
		for _, e := range list {
			if e.Type == kind {
				return true, nil
			}
		}
		return false, err
	})
}

// code waits for a code by mail or text.
func (x *tour) code(by api.Channel) string {
	x.t.Helper()
	code, err := x.p.Code(x.ctx, by)
	x.must(err)
	return code
}

var errQR = errors.New("tour: zbarimg sees no QR code on the screen")

// still waits until the screen stands still, whether it changed or not.
func (x *tour) still() {
	x.t.Helper()
	var err error
	x.screen, err = x.window.Settled(x.ctx)
	x.must(err)
}
