package shell

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/clipboard"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/look"
)

// NewStill returns a console that is not connected to anything. It only draws, for
// pictures of screens and tests of drawing.
func NewStill(cfg Config, w *assets.Catalog, a api.Account, about api.About) *Console {
	c := &Console{Config: cfg, Catalog: w, account: a, about: about, clipboard: clipboard.New(cfg.App.Clipboard(), cfg.ClipboardOwner, cfg.Now)}
	c.root = NewScopeOn(context.Background(), func(func()) {})
	c.root.Leave() // no work starts
	c.scope = c.root
	c.window = cfg.App.NewWindow(windowName)
	c.window.SetPadded(false)
	c.furnish(kit.Clock{Now: c.Now})
	return c
}

// ShowStill shows a screen in a window of a size, with the panel if there is one, and
// with the rail if the screen belongs to a page.
func (c *Console) ShowStill(s Screen, size fyne.Size) {
	if s.Page() != "" {
		c.rail = c.newRail()
		c.rail.Select(string(s.Page()))
	}
	if c.parts.Panel != nil {
		c.dock, c.covers = look.Z(c.parts.Panel.Content()), true
	}
	c.frame()
	c.window.Resize(size)
	c.front, c.entering = s, true
	c.Redraw()
}

// ShowStillSearch opens the search over the screen, with a text and the events that it finds.
func (c *Console) ShowStillSearch(text string, events []api.Activity, more bool) {
	s := c.newSearch(c.root)
	for _, r := range text {
		c.window.Canvas().Focused().TypedRune(r)
	}
	s.events, s.more, s.waiting = events, more, false
	s.show()
}
