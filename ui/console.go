// Package ui is the console: its window, its navigation and its screens.
//
// The console is one more client of the account server: what it does on behalf
// of a person goes over HTTP like everyone else's requests (server/client). A
// screen draws a page from a state and hands inputs on; the Console loads states
// and carries inputs out, in a Scope, so that a screen that was left hears no
// more of it.
package ui

import (
	"context"
	"errors"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/print"
)

// A Vault keeps the session token from one start to the next, sealed at rest.
type Vault interface {
	Token() (string, error) // "" when there is none
	SetToken(token string) error
}

// Config says what a console is connected to.
type Config struct {
	App     fyne.App         // required
	Client  *client.Client   // required: of the account server, without a session
	Keys    Keys             // required
	Vault   Vault            // required
	Prefs   fyne.Preferences // appearance and the like; nil: the app's
	Printer Printer          // prints and saves sheets; required
	Lab     bool             // the lab's panel is there
	OpenLab func()           // opens a lab in a window of its own; nil: it isn't offered
	Version string
	Address string // where other programs reach the account server; "" if they can't
	// Features are what this build can do on this system; screens say what is
	// missing.
	Features Features
	// Language is a BCP 47 tag; "" takes what the person chose, else English.
	Language string
	Now      func() time.Time // this computer's clock; nil: time.Now
}

// Features are what not every build and system can do.
type Features struct {
	SecurityKeys bool // over USB, through libfido2
	NFC          bool // through a PC/SC reader
	VirtualKeys  bool // the lab's
	// UdevCommand is the line for a shell that lets whoever sits at this computer
	// open security keys; "" where the system needs none.
	UdevCommand string
	// ReadersCommand is the line that installs or starts the service that talks to
	// readers; "" where none is known.
	ReadersCommand string
}

// A Console is the window and all that is in it.
type Console struct {
	cfg    Config
	words  *assets.Catalog
	window fyne.Window
	root   *Scope
	skew   time.Duration // how far the server's clock is ahead of this computer's

	server  *client.Client // speaks for the session
	account api.Account
	about   api.About

	rail    *kit.SideRail
	slot    *fyne.Container // the page in front
	dock    *fyne.Container // the lab, if it is there
	lab     *labPanel
	front   screen
	scope   *Scope               // of the screen in front
	session *Scope               // of whoever is signed in
	keys    kit.Bindings         // of the screen in front
	still   bool                 // the screen in front has not been drawn ready yet
	place   string               // what this computer is called
	trouble *explain.Explanation // shown above the page in front
	toast   *kit.Toaster
	early   bool // the window is not shown yet: what changes is drawn once, at the end
	mail    keptMail
	kept    <-chan struct{} // closed when the vault has what was put into it last
	talking <-chan struct{} // closed when the last talk with a security key has ended

	presence presence // of security keys, as it was last told
}

// New returns a console; Show opens its window.
func New(cfg Config) (*Console, error) {
	switch {
	case cfg.App == nil:
		return nil, errors.New("ui: Config.App is missing")
	case cfg.Client == nil:
		return nil, errors.New("ui: Config.Client is missing")
	case cfg.Keys == nil:
		return nil, errors.New("ui: Config.Keys is missing")
	case cfg.Vault == nil:
		return nil, errors.New("ui: Config.Vault is missing")
	case cfg.Printer == nil:
		return nil, errors.New("ui: Config.Printer is missing")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Prefs == nil {
		cfg.Prefs = cfg.App.Preferences()
	}
	if cfg.Language == "" {
		cfg.Language = cfg.Prefs.StringWithFallback(prefLanguage, "en")
	}
	words, err := assets.New(cfg.Language)
	if errors.Is(err, assets.ErrLanguage) {
		words, err = assets.New("en")
	}
	if err != nil {
		return nil, err
	}
	place, err := os.Hostname()
	if err != nil {
		place = "" // a sheet can do without
	}
	return &Console{cfg: cfg, words: words, server: cfg.Client, place: place}, nil
}

// The window's size when it is opened, and the smallest it may be made.
var firstSize, leastSize = fyne.NewSize(1180, 780), fyne.NewSize(760, 560)

// Open makes the window and begins. The console's work ends with ctx, or when
// the window is closed.
func (c *Console) Open(ctx context.Context) {
	c.early = true
	c.open(NewScope(ctx))
	c.root.Settle(firstLook)
	c.early = false
	c.frame()
	c.redraw()
}

func (c *Console) open(root *Scope) {
	c.root = root
	c.applyTheme()
	c.begin() // the account is asked for while the window library starts
	c.window = c.cfg.App.NewWindow("Nightlatch")
	c.window.SetPadded(false)
	c.window.SetMaster()
	c.window.SetIcon(fyne.NewStaticResource("nightlatch.png", assets.AppIcon(128)))
	c.slot = kit.Z(kit.NewBox(kit.Window, "", 0))
	c.toast = kit.NewToaster(c.clock(root))
	if c.cfg.Lab {
		c.lab = newLabPanel(c)
		c.dock = kit.Z(c.lab.content())
		if !c.cfg.Prefs.BoolWithFallback(prefLab, true) || !c.labFits(firstSize.Width) {
			c.dock.Hide()
		}
	}
	c.frame()
	c.window.Resize(firstSize)
	c.shortcuts()
	c.window.SetOnClosed(root.Leave)
	if c.lab != nil {
		c.lab.begin(root)
	}
}

// Show shows the window.
func (c *Console) Show() { c.window.Show() }

// Raise brings the window to the front.
func (c *Console) Raise() { c.root.Tell(func() { c.window.Show(); c.window.RequestFocus() }) }

// Window is the console's window.
func (c *Console) Window() fyne.Window { return c.window }

// Close leaves every screen and returns when their work has ended.
func (c *Console) Close() {
	c.root.Leave()
	c.root.Wait()
}

// now is the time by the server's clock, as far as we know it.
func (c *Console) now() time.Time { return c.cfg.Now().Add(c.skew) }

// learn takes the server's time from an answer.
func (c *Console) learn(server time.Time) {
	if !server.IsZero() {
		c.skew = server.Sub(c.cfg.Now())
	}
}

// clock gives parts of a screen the server's time and ticks.
func (c *Console) clock(s *Scope) kit.Clock {
	return kit.Clock{Now: c.now, Every: func(d time.Duration, tick func()) func() {
		ticks := s.Child()
		ticks.Every(d, tick)
		return ticks.Leave
	}}
}

// frame builds the window around the slot: with the rail when signed in.
func (c *Console) frame() {
	if c.early {
		return
	}
	var docked []fyne.CanvasObject
	if c.dock != nil {
		docked = append(docked, c.dock)
	}
	c.window.SetContent(container.New(floor{}, kit.Z(kit.NewBackdrop(c.window.Canvas()), kit.NewWindow(c.rail, c.slot, docked...), c.toast)))
	c.window.Canvas().SetOnTypedKey(c.typed)
}

// floor keeps the window from being made smaller than its screens can be read in.
type floor struct{}

func (floor) MinSize([]fyne.CanvasObject) fyne.Size { return leastSize }

func (floor) Layout(objs []fyne.CanvasObject, s fyne.Size) { objs[0].Resize(s) }

// A Printer reaches the print system of this computer; print.System is one.
type Printer interface {
	Printers(ctx context.Context) ([]print.Printer, error)
	Print(ctx context.Context, printer string, pdf []byte, copies int) (jobID string, err error)
	Forget(ctx context.Context, jobID string) error // what the system keeps of a job
	Open(ctx context.Context, path string) error    // in the program that shows it
}
