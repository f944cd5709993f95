// Package shell is the window of the console and what all of its screens share:
// navigation, focus, background work, errors, the session.
//
// The shell knows no page. Package ui registers the pages, the ceremonies and
// the side panel; a page is reached by its ID. The console is an ordinary client
// of the account server: everything it does for a person goes over HTTP
// (server/client).
package shell

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/assets/region"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/chooser"
	"nightlatch/ui/clipboard"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Vault keeps the session token between two runs of the program, encrypted.
type Vault interface {
	Token() (string, error) // "" when there is none
	SetToken(token string) error
}

// Config says what a console is connected to.
type Config struct {
	App     fyne.App         // required
	Client  *client.Client   // required: a client of the account server, without a session
	Vault   Vault            // required
	Prefs   fyne.Preferences // appearance and the like; nil: the app's
	Lab     bool             // the console runs over a lab
	OpenLab func()           // opens a lab in a window of its own; nil: not offered
	Version string
	Address string // where other programs reach the account server; "" if they can't
	// Features are what this build can do on this system.
	Features Features
	// Language is a BCP 47 tag; "" means the language chosen in the settings, else
	// English.
	Language string
	Region   region.Settings // regional settings of this computer
	// ClipboardOwner tells whose text is on the clipboard; nil: nobody can tell.
	ClipboardOwner clipboard.Owner
	// Desk is the place of a window on the screens; nil where it is not known.
	Desk func(fyne.Window) Desk
	// Choose asks the desktop for the path of a file; nil: paths are typed.
	Choose chooser.Chooser
	Now    func() time.Time // this computer's clock; nil: time.Now
}

// Features are abilities that some builds and systems lack.
type Features struct {
	SecurityKeys bool  // through libfido2 or KeyDialog, or the lab's virtual ones
	NoKeys       error // why only the lab's can be used, or none
	KeyDialog    bool  // the system's own dialog asks for keys, and its settings look after them
	NFC          bool  // through a PC/SC reader
	KeysInside   bool  // other programs cannot use the lab's virtual keys: they have no path
	// UdevCommand is the shell command that gives the person at this computer
	// access to security keys; "" where the system needs none.
	UdevCommand string
	// ReadersCommand is the shell command that installs or starts the smart card
	// service; "" where none is known.
	ReadersCommand string
}

// A Console is the window and the session in it.
type Console struct {
	Config  Config
	Catalog *assets.Catalog // translations
	Toast   *kit.Toaster    // set by Open

	parts  Parts
	window fyne.Window
	root   *Scope
	skew   time.Duration // how far the server's clock is ahead of this computer's

	server  *client.Client // sends the token of the session
	account api.Account
	others  []KeptSession // of other accounts, which stay signed in
	about   api.About
	session *Scope          // of the signed-in person; nil when nobody is signed in
	kept    <-chan struct{} // closed when the vault has stored the last token

	clipboard *clipboard.Keeper
	strip     *fyne.Container // below the page while a secret is on the clipboard
	area      *fyne.Container // the page, the strip and the messages
	tips      *control.TipLayer

	rail      *control.SideRail
	slot      *fyne.Container // holds the page in front
	dock      *fyne.Container // holds the panel; nil without one
	arrived   int             // in the panel, and not in sight yet
	front     Screen
	scope     *Scope               // of the screen in front
	action    *Scope               // while an action of the screen in front runs; nil before the first
	bindings  control.Bindings     // of the screen in front
	delayed   *Scope               // while delayed work runs; nil before the first
	beginning bool                 // Begin waits for the server
	replacing bool                 // the server is being emptied; see Replacing
	ended     error                // why the session ended meanwhile; nil if it did not
	entering  bool                 // the screen in front has not been drawn completely yet
	parked    fyne.Focusable       // the rail entry that has the focus because the page has nothing safe
	trouble   *explain.Explanation // shown above the page in front
	banner    *kit.Banner          // shows trouble; the same widget in every drawing
	leaving   *control.Dialog      // the question whether to leave unsaved work; nil while there is none
	opening   bool                 // the window is not shown yet; it is drawn once, at the end
	settled   bool                 // the window has its size and place
	least     fyne.Size            // the smallest size of the window; zero: leastSize
	covers    bool                 // the person opened the panel although it covers the page
	tucked    bool                 // the panel is hidden only because it would cover the page
}

// New returns a console. Register its parts, then call Open.
func New(cfg Config) (*Console, error) {
	switch {
	case cfg.App == nil:
		return nil, errors.New("ui: Config.App is missing")
	case cfg.Client == nil:
		return nil, errors.New("ui: Config.Client is missing")
	case cfg.Vault == nil:
		return nil, errors.New("ui: Config.Vault is missing")
	}
	cfg.Client = cfg.Client.WithPerson(control.Acted)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Prefs == nil {
		cfg.Prefs = cfg.App.Preferences()
	}
	if cfg.Language == "" {
		cfg.Language = cfg.Prefs.StringWithFallback(PrefLanguage, "en")
	}
	catalog, err := assets.New(cfg.Language)
	if errors.Is(err, assets.ErrLanguage) {
		catalog, err = assets.New("en")
	}
	if err != nil {
		return nil, err
	}
	if cfg.ClipboardOwner == nil {
		cfg.ClipboardOwner = clipboard.Anybody{}
	}
	cfg.Client = cfg.Client.WithLanguage(catalog.Tag().String())
	return &Console{
		Config: cfg, Catalog: catalog.In(cfg.Region), server: cfg.Client,
		clipboard: clipboard.New(cfg.App.Clipboard(), cfg.ClipboardOwner, cfg.Now),
	}, nil
}

// FirstSize is the window's size when it is opened for the first time.
var FirstSize = fyne.NewSize(1180, 780)

// leastSize is the smallest size the window can have, on a screen that has room for it.
var leastSize = fyne.NewSize(760, 560)

// Open makes the window and finds out who is signed in. The console's work ends
// with ctx, or when the window is closed.
func (c *Console) Open(ctx context.Context) {
	c.opening = true
	c.OpenIn(NewScope(ctx))
	c.root.Settle(firstLook)
	c.opening = false
	c.frame()
	c.Redraw()
}

// OpenIn is Open in a scope of the caller's. Tests use it.
func (c *Console) OpenIn(root *Scope) {
	c.root = root
	c.applyTheme()
	c.Begin() // before the window: the server answers while the window library starts
	c.window = c.Config.App.NewWindow(windowName)
	c.window.SetPadded(false)
	c.window.SetMaster()
	c.window.SetIcon(fyne.NewStaticResource("nightlatch.png", assets.AppIcon(128)))
	c.furnish(c.Clock(root))
	if c.parts.Panel != nil {
		c.dock = look.Z(c.parts.Panel.Content())
		if wanted := c.Config.Prefs.BoolWithFallback(prefPanel, true); !wanted || !c.panelFits(FirstSize.Width) {
			c.tucked = wanted
			c.dock.Hide()
		}
	}
	c.frame()
	if c.Config.Desk == nil { // else settle does it
		c.window.Resize(FirstSize)
	}
	c.addShortcuts()
	c.window.SetOnClosed(func() { c.clipboard.Clear(); root.Leave() })
	c.window.SetCloseIntercept(func() { c.Leaving(func() { c.rememberPlace(); c.settleDelayed(c.window.Close) }) })
	if c.parts.Panel != nil {
		c.parts.Panel.Start(root)
	}
}

// Show shows the window.
func (c *Console) Show() {
	c.window.Show()
	if c.Config.Desk != nil && !c.settled { // the screens are not known
		c.window.Resize(FirstSize)
	}
}

// Raise brings the window to the front.
func (c *Console) Raise() { c.root.Tell(func() { c.window.Show(); c.window.RequestFocus() }) }

// Window is the console's window.
func (c *Console) Window() fyne.Window { return c.window }

// Close leaves every screen and returns when their work has ended.
func (c *Console) Close() {
	c.root.Leave()
	c.root.Wait()
}

// Root is the scope of the whole console.
func (c *Console) Root() *Scope { return c.root }

// Scope is the scope of the screen in front.
func (c *Console) Scope() *Scope { return c.scope }

// Front is the screen in front; nil before the first.
func (c *Console) Front() Screen { return c.front }

// Now is the time by the server's clock, as last learned from an answer.
func (c *Console) Now() time.Time { return c.Config.Now().Add(c.skew) }

// Learn sets the server's time, from an answer.
func (c *Console) Learn(server time.Time) {
	if !server.IsZero() {
		c.skew = server.Sub(c.Config.Now())
	}
}

// ByServer converts a time of this computer's clock into the server's, which all
// countdowns use. The zero time stays zero.
func (c *Console) ByServer(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(c.skew)
}

// Clock gives widgets of a screen the server's time and ticks until s is left.
func (c *Console) Clock(s *Scope) kit.Clock {
	return kit.Clock{Now: c.Now, Every: func(d time.Duration, tick func()) func() {
		ticks := s.Child()
		ticks.Every(d, tick)
		return ticks.Leave
	}}
}

// furnish makes the parts of the window that stay: the place of the page, the strip below
// it and the messages above it.
func (c *Console) furnish(clock kit.Clock) {
	c.slot = look.Z(look.NewBox(look.Window, "", 0))
	c.strip = look.Z()
	c.strip.Hide()
	page := look.V(0, look.Grow(c.slot), c.strip)
	c.Toast = kit.NewToaster(clock)
	c.tips = control.NewTipLayer(clock.Every)
	c.area = look.Z(page, c.Toast.View(page))
}

// frame builds the window around the slot, with the rail when somebody is signed in.
func (c *Console) frame() {
	if c.opening {
		return
	}
	var docked []fyne.CanvasObject
	if c.dock != nil {
		docked = append(docked, c.dock)
	}
	c.window.SetContent(container.New(floor{c}, look.Z(control.NewBackdrop(c.window.Canvas()), kit.NewWindow(c.rail, c.area, docked...), c.tips)))
	c.window.Canvas().SetOnTypedKey(c.typed)
	if keys, ok := c.window.Canvas().(desktop.Canvas); ok {
		keys.SetOnKeyDown(control.KeyDown)
		keys.SetOnKeyUp(control.KeyUp)
	}
}
