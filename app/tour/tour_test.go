// Package tour contains the end-to-end tests: the main job in the real window, by keyboard.
// A user protects an account with text messages, an authenticator app and a security key,
// signs in with each, prints backup codes, and makes a temporary password for curl.
//
// The window is on a private display. Programs of others read what it shows: zbarimg the QR
// code on the screen, oathtool computes the codes, pdftotext reads the printed pages.
// Pictures of each step are saved in build/tour. Tests named TestSlow… run in make verify
// only.
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
	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// pictures is the directory for pictures of each step.
const pictures = "../../build/tour"

// A tour is one test in the window.
type tour struct {
	t       *testing.T
	ctx     context.Context
	display *harness.Display
	window  *harness.Window
	printer *harness.PrintServer
	program string
	env     []string
	out     string // directory for pictures

	url  string
	lab  *client.Client
	home string
	p    *harness.Person // the same user, over HTTP
	key  api.LabKey      // the virtual key, once plugged in

	texts   *assets.Catalog
	steps   int // pictures taken
	signIns int // sign-ins so far, including those over HTTP

	dress      string // light or dark: pictures for the documentation are saved
	documented map[string]bool
}

// program returns the program that the Makefile has built, or builds it.
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
	if x.texts, err = assets.New("en"); err != nil {
		t.Fatal(err)
	}
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

// noAccounts writes a seed without accounts, so that the first start asks to create one.
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
	x.signIns = 2 // at sign-up, and once over HTTP
}

// close closes the window. After a failure it saves a picture.
func (x *tour) close() {
	if x.t.Failed() {
		x.keep("failed-here")
		x.t.Logf("the program printed:\n%s", x.window.Log())
	}
	x.window.Close()
}

func (x *tour) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// keep saves a picture of the screen.
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

// step saves a picture of the settled screen under a name.
func (x *tour) step(name string) string {
	x.t.Helper()
	x.still()
	x.steps++
	x.document(name)
	return x.keep(name)
}

// keys presses keys.
func (x *tour) keys(keys ...string) {
	x.t.Helper()
	x.must(x.window.Press(x.ctx, keys...))
}

// press presses keys and waits for the page with a title.
func (x *tour) press(title string, keys ...string) {
	x.t.Helper()
	x.keys(keys...)
	x.sees(title)
}

// sees waits until the window's title is that of a page. title is a translation key. The
// title changes when the page is shown and has the keyboard focus.
func (x *tour) sees(title string) {
	x.t.Helper()
	if !x.texts.Has(title) {
		x.t.Fatalf("there is no text %q", title)
	}
	what, last := x.texts.T(title), ""
	err := harness.Within(x.ctx, 30*time.Second, "the page "+what, func() (ok bool, err error) {
		last, err = x.window.Title(x.ctx)
		return last == what+" – Nightlatch", err
	})
	if err != nil {
		x.t.Fatalf("%v; the window is %q", err, last)
	}
}

// dialog presses keys that open a dialog, and waits until it is drawn. Dialogs do not change
// the window's title.
func (x *tour) dialog(keys ...string) {
	x.t.Helper()
	before := x.still()
	x.keys(keys...)
	_, err := x.window.Changed(x.ctx, before)
	x.must(err)
}

// fill types into the focused field.
func (x *tour) fill(text string) {
	x.t.Helper()
	x.must(x.window.Type(x.ctx, text))
}

// until waits for a condition.
func (x *tour) until(what string, holds func() (bool, error)) {
	x.t.Helper()
	x.must(harness.Within(x.ctx, 30*time.Second, what, holds))
}

// happened waits for an audit event of the user's account.
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

// still waits until the screen no longer changes, and returns its picture.
func (x *tour) still() *image.RGBA {
	x.t.Helper()
	screen, err := x.window.Settled(x.ctx)
	x.must(err)
	return screen
}
