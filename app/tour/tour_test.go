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
	"fmt"
	"image"
	"os"
	"path/filepath"
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
	out     string // where pictures go

	url  string
	lab  *client.Client
	home string
	p    *harness.Person // the same person, seen over HTTP
	key  api.LabKey      // the virtual key, once plugged in

	steps   int // pictures taken
	signIns int // sign-ins so far
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

// begin opens the display and the printer.
func begin(t *testing.T, program, out string) *tour {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	t.Cleanup(cancel)
	x := &tour{t: t, ctx: ctx, program: program, out: out, home: t.TempDir()}
	if err := os.RemoveAll(out); err != nil {
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
	return x
}

// noAccounts is a seed without demo accounts: the first start asks to make one.
func (x *tour) noAccounts() string {
	x.t.Helper()
	seed := filepath.Join(x.home, "seed.json")
	x.must(os.WriteFile(seed, []byte(`{"accounts":[]}`), 0o600))
	return seed
}

// open opens the window.
func (x *tour) open(args ...string) {
	x.t.Helper()
	var err error
	x.window, err = x.display.OpenWindow(x.ctx, "Nightlatch", x.env, x.program, args...)
	if err == nil {
		x.t.Cleanup(x.close)
		x.url, err = x.window.ReadyURL(x.ctx)
	}
	x.must(err)
	x.still()
	x.lab = client.New(x.url, nil)
	x.p = harness.NewPerson(x.lab, "robin")
	x.p.Phone = "+12025550143"
	x.signIns = 2 // at sign-up, and the second pair of eyes
}

// close closes the window. After a failure what it shows is kept.
func (x *tour) close() {
	if x.t.Failed() {
		x.keep("failed-here")
		x.t.Logf("the program wrote:\n%s", x.window.Log())
	}
	x.window.Close()
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
	path := filepath.Join(x.out, fmt.Sprintf("%02d-%s.png", x.steps, name))
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

// keys presses keys.
func (x *tour) keys(keys ...string) {
	x.t.Helper()
	x.must(x.window.Press(x.ctx, keys...))
}

// press presses keys and waits for what they lead to, by the window's title. The
// title changes when the page is there and has the keyboard.
func (x *tour) press(leadsTo string, keys ...string) {
	x.t.Helper()
	x.keys(keys...)
	x.sees(leadsTo)
}

// sees waits until the window's title says what is in front.
func (x *tour) sees(what string) {
	x.t.Helper()
	last := ""
	err := harness.Within(x.ctx, 30*time.Second, "the page "+what, func() (ok bool, err error) {
		last, err = x.window.Title(x.ctx)
		return last == what+" – Nightlatch", err
	})
	if err != nil {
		x.t.Fatalf("%v; the window is %q", err, last)
	}
}

// dialog presses keys that open a dialog, which changes no title, and waits until
// it is on screen.
func (x *tour) dialog(keys ...string) {
	x.t.Helper()
	before := x.still()
	x.keys(keys...)
	_, err := x.window.Changed(x.ctx, before)
	x.must(err)
}

// fill types into the field that has the keyboard.
func (x *tour) fill(text string) {
	x.t.Helper()
	x.must(x.window.Type(x.ctx, text))
}

// until waits for something that the server knows.
func (x *tour) until(what string, holds func() (bool, error)) {
	x.t.Helper()
	x.must(harness.Within(x.ctx, 30*time.Second, what, holds))
}

// happened waits for an audit event of the person's account.
func (x *tour) happened(kind api.EventType) {
	x.t.Helper()
	x.until("the event "+string(kind), func() (bool, error) { return x.count(kind) > 0, nil })
}

// code waits for a code by mail or text.
func (x *tour) code(by api.Channel) string {
	x.t.Helper()
	code, err := x.p.Code(x.ctx, by)
	x.must(err)
	return code
}

// appStep is how long an authenticator app shows a code (RFC 6238).
const appStep = 30 * time.Second

// still waits until the screen stands still, and returns its picture.
func (x *tour) still() *image.RGBA {
	x.t.Helper()
	screen, err := x.window.Settled(x.ctx)
	x.must(err)
	return screen
}
