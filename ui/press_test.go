package ui_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/seed"
	"nightlatch/ui/print"
	"nightlatch/ui/uitest"
)

// A place is a screen or a dialog of the window, and the presses that lead to it.
type place struct {
	start string // a start of crawl.starts
	path  []uitest.Control
}

func (p place) String() string {
	s := p.start
	for _, c := range p.path {
		s += " > " + c.String()
	}
	return s
}

// A crawl presses every control of every reachable screen.
type crawl struct {
	t      *testing.T
	h      *uitest.Harness
	dirty  bool            // the state of h has changed
	keys   *slowKeys       // plugged in; nil without keys
	known  map[string]bool // visited screens, by signature
	starts map[string]func(h *uitest.Harness)
	press  func(h *uitest.Harness, c uitest.Control)
	then   func(p place, one uitest.Control) // called after each press; may be nil
	early  bool                              // press before the data has arrived
	most   int                               // maximum number of presses to a place
	count  int
}

const appSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func crawlSeed() *seed.Seed {
	return &seed.Seed{Accounts: []seed.Account{
		{Username: "mara", Password: uitest.Password, Email: "mara@example.org", Phone: "+12025550143", Text: true, App: appSecret, BackupCodes: seed.Codes{"7kmq2xwd9hfz3r8n", "q4tcm8ze1vja6y0p"}},
		{Username: "nell", Password: uitest.Password},
	}}
}

// signIn signs the window in to an account.
func signIn(h *uitest.Harness, name string) {
	h.T.Helper()
	ctx := context.Background()
	v, err := h.Client.Begin(ctx, api.Begin{Kind: api.SignIn})
	uitest.Must(h.T, err)
	v, err = h.Client.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: name, Password: uitest.Password})
	uitest.Must(h.T, err)
	if name == "mara" {
		v, err = h.Client.Answer(ctx, v.ID, v.Rev, api.ChooseMethod{Method: api.App})
		uitest.Must(h.T, err)
		v, err = h.Client.Answer(ctx, v.ID, v.Rev, api.Code{Code: h.AppCode(appSecret)})
		uitest.Must(h.T, err)
	}
	in, ok := v.Step.(api.SignedIn)
	if !ok {
		h.T.Fatalf("signing in came to %#v", v)
	}
	uitest.Must(h.T, h.Vault.SetToken(in.SessionToken))
	h.Restart()
}

func newCrawl(t *testing.T) *crawl {
	c := &crawl{t: t, known: map[string]bool{}}
	page := func(name string, key fyne.KeyName) func(h *uitest.Harness) {
		return func(h *uitest.Harness) {
			if h.Console.SignedIn() && h.Console.Account().Username != name {
				c.restart()
				h = c.h
			}
			if !h.Console.SignedIn() {
				signIn(h, name)
			}
			if key != "" {
				h.Ctrl(key)
			}
		}
	}
	signedOut := func(then func(h *uitest.Harness)) func(h *uitest.Harness) {
		return func(h *uitest.Harness) {
			if h.Console.SignedIn() || !h.Shows("wizard.sign-in.lead") {
				c.restart()
			}
			then(c.h)
		}
	}
	c.starts = map[string]func(h *uitest.Harness){
		"the sign-in form": signedOut(func(*uitest.Harness) {}),
		"the second step": signedOut(func(h *uitest.Harness) {
			h.EnterPassword("mara", uitest.Password)
			h.Settle()
		}),
	}
	for _, p := range []struct {
		name string
		key  fyne.KeyName
	}{
		{"overview", fyne.Key1},
		{"two-factor", fyne.Key2},
		{"keys", fyne.Key3},
		{"codes", fyne.Key4},
		{"temporary", fyne.Key5},
		{"sessions", fyne.Key6},
		{"activity", fyne.Key7},
		{"settings", fyne.KeyComma},
	} {
		c.starts[p.name+" of mara"] = page("mara", p.key)
	}
	c.starts[withKey] = func(*uitest.Harness) {
		if !c.h.Console.SignedIn() {
			signIn(c.h, "mara")
			enrolKey(c.h)
		}
		c.h.Ctrl(fyne.Key3)
	}
	c.starts["overview of nell"], c.starts["two-factor of nell"] = page("nell", fyne.Key1), page("nell", fyne.Key2)
	return c
}

// fresh resets the window to a state in which a start works.
func (c *crawl) fresh() {
	h := c.h
	if h == nil || c.dirty || !h.Console.SignedIn() || len(h.Network.Changes()) > 0 {
		c.restart()
		return
	}
	for range 3 {
		if len(h.Canvas().Overlays().List()) > 0 {
			h.Press(fyne.KeyEscape)
		}
	}
	if len(h.Canvas().Overlays().List()) > 0 {
		c.restart()
	}
}

// restart makes a new window over a new server.
func (c *crawl) restart() {
	if c.h != nil {
		c.h.End()
	}
	c.h = uitest.New(c.t, crawlSeed())
	if c.keys != nil {
		c.keys = &slowKeys{}
		c.h.Stop()
		c.h.Devices = c.keys
		c.h.Start()
	}
	c.h.Printer.Names = []print.Printer{{Name: "office", Description: "Office"}}
	c.dirty = false
}

// goTo brings a window to a place. It reports whether the place still exists.
func (c *crawl) goTo(p place) bool {
	switch plugged := p.start == withKey; {
	case plugged && c.keys == nil:
		c.keys = &slowKeys{}
		c.restart()
	case !plugged && c.keys != nil:
		c.keys = nil
		c.restart()
	default:
		c.fresh()
	}
	c.starts[p.start](c.h)
	c.h.Settle()
	for _, step := range p.path {
		one := c.h.Find(step)
		if one == nil {
			return false
		}
		c.h.Click(c.h.Aim(*one))
		c.h.Settle()
		c.dirty = c.dirty || c.outside(step)
	}
	return true
}

// signature identifies a screen by its controls.
func (c *crawl) signature() string {
	var names []string
	for _, one := range c.h.Controls() {
		if c.outside(one) {
			continue
		}
		names = append(names, one.Name)
	}
	slices.Sort(names)
	return fmt.Sprintf("%T %d %s", c.h.Console.Front(), len(c.h.Canvas().Overlays().List()), strings.Join(slices.Compact(names), "|"))
}

func (c *crawl) run() {
	var todo []place
	for name := range c.starts {
		todo = append(todo, place{start: name})
	}
	slices.SortFunc(todo, func(a, b place) int { return strings.Compare(a.start, b.start) })
	for len(todo) > 0 {
		p := todo[0]
		todo = todo[1:]
		if !c.goTo(p) {
			continue
		}
		if sign := c.signature(); c.known[sign] {
			continue
		} else {
			c.known[sign] = true
		}
		around := len(p.path) == 0 && p.start == "overview of mara"
		all := slices.DeleteFunc(c.h.Controls(), func(one uitest.Control) bool { return c.outside(one) && !around })
		for _, one := range all {
			if next := c.pressed(p, one); next && len(p.path) < c.most {
				todo = append(todo, place{start: p.start, path: append(slices.Clone(p.path), one)})
			}
		}
	}
	c.t.Logf("%d presses on %d screens", c.count, len(c.known))
}

// outside reports whether a control is not part of the page: one in the rail or the lab.
func (c *crawl) outside(one uitest.Control) bool {
	return strings.HasPrefix(one.Name, "*control.RailItem") || c.h.InPanel(one.At)
}

// pressed presses a control of a place while the server delays its answers. It
// reports whether the press led to another place.
func (c *crawl) pressed(p place, one uitest.Control) bool {
	c.t.Helper()
	if !c.goTo(p) {
		return false
	}
	h := c.h
	found := h.Find(one)
	if found == nil {
		return false
	}
	c.count++
	before, printed := c.signature(), len(h.Printer.Got)
	_, _ = h.Network.Changes(), c.keys.twice(false) // those of the way to the place don't count
	over := len(h.Canvas().Overlays().List())
	free, freePrinter := h.Network.Hold(), h.Printer.Hold()
	freeKeys := c.keys.hold()
	defer func() {
		if r := recover(); r != nil {
			c.t.Errorf("%v: %v: panic: %v", p, one, r)
			panic(r)
		}
	}()
	c.press(h, *found)
	if c.early {
		h.Drain()
		for _, next := range h.Controls() {
			if again := h.Find(next); again != nil && !c.outside(next) {
				c.press(h, *again)
				h.Drain()
			}
		}
	}
	free()
	freePrinter()
	freeKeys()
	h.Settle()
	for _, done := range c.keys.twice(c.early) {
		c.t.Errorf("%v: %v was pressed twice, and the key was asked twice for %s", p, one, done)
	}
	if c.then != nil {
		c.then(p, one)
	}
	changes := h.Network.Changes()
	c.dirty = c.dirty || len(changes) > 0 || c.outside(one) || strings.HasPrefix(p.start, "settings")
	slices.Sort(changes)
	for i := 1; i < len(changes); i++ {
		if changes[i] == changes[i-1] {
			c.t.Errorf("%v: %v was pressed twice, and sent %q twice", p, one, changes[i])
		}
	}
	if n := len(h.Printer.Got) - printed; n > 1 {
		c.t.Errorf("%v: %v was pressed twice, and printed %d times", p, one, n)
	}
	if n := len(h.Canvas().Overlays().List()) - over; n > 1 && !c.early {
		c.t.Errorf("%v: %v was pressed twice, and opened %d dialogs", p, one, n)
	}
	if h.Dead(one) {
		c.t.Errorf("%v: %v can't be pressed afterwards", p, one)
	}
	return c.signature() != before
}

func byMouse(h *uitest.Harness, c uitest.Control) {
	at := h.Aim(c)
	h.Click(at)
	h.Click(at)
}

func byKey(h *uitest.Harness, c uitest.Control) {
	h.Canvas().Focus(c.At)
	h.HoldKey(fyne.KeyReturn, 3)
}

// Every control of every page is pressed twice in quick succession while the
// server and the printers are slow.
func TestPressedTwice(t *testing.T) {
	c := newCrawl(t)
	c.press = byMouse
	c.run()
}

// The same for all screens and dialogs behind the pages, with the mouse and
// with a key that is held down, also before a page has its data.
func TestSlowPressedTwice(t *testing.T) {
	for name, press := range map[string]func(h *uitest.Harness, c uitest.Control){"mouse": byMouse, "keyboard": byKey} {
		for _, early := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, early: %t", name, early), func(t *testing.T) {
				c := newCrawl(t)
				c.press, c.early, c.most = press, early, 2
				c.run()
			})
		}
	}
}

// The sheet can't be printed before the list of printers is loaded.
func TestPrintBeforePrintersAreKnown(t *testing.T) {
	h := uitest.New(t, crawlSeed())
	h.Printer.Names = []print.Printer{{Name: "office", Description: "Office"}}
	signIn(h, "mara")
	h.Ctrl(fyne.Key4)
	h.Do("ui.codes.generate-more.5")
	free := h.Printer.Hold()
	h.TabTo("wizard.save.print")
	h.HoldKey(fyne.KeyReturn, 0)
	h.Drain()
	for range 2 {
		h.HoldKey(fyne.KeyReturn, 0) // Enter prints
	}
	free()
	h.Settle()
	if n := len(h.Printer.Got); n != 0 {
		t.Errorf("%d sheets were printed before the printers were known", n)
	}
	h.HoldKey(fyne.KeyReturn, 0)
	h.HoldKey(fyne.KeyReturn, 0)
	h.Settle()
	if n := len(h.Printer.Got); n != 1 {
		t.Errorf("%d sheets were printed; want 1", n)
	}
}
