package shell

import (
	"strconv"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Panel is docked beside the page; the lab is one. In a narrow window it covers
// the page.
type Panel interface {
	Content() fyne.CanvasObject
	Start(s *Scope)        // starts loading and following the data
	Shown()                // the panel has become visible and has the focus
	Load()                 // the account or the session changed
	Redraw()               // the theme changed
	Open(arg string)       // opens a dialog that a route asks for
	First() fyne.Focusable // focused when the panel is shown
}

// PanelShown reports whether the panel is on screen.
func (c *Console) PanelShown() bool { return c.dock != nil && c.dock.Visible() }

// PageShown reports whether the page in front is on screen. A panel in a narrow
// window covers it.
func (c *Console) PageShown() bool { return c.area.Visible() }

// Panel is the panel; nil without one.
func (c *Console) Panel() Panel { return c.parts.Panel }

// HasPanel reports whether there is a panel, shown or hidden.
func (c *Console) HasPanel() bool { return c.dock != nil }

// panelFits reports whether a window of a width has room for the panel beside a
// page, at the current text size. Otherwise the panel covers the page.
func (c *Console) panelFits(width float32) bool {
	const leastPage = 520
	return width >= (control.RailFolded+look.LabWidth+leastPage)*c.textSize()+2
}

// OpenPanel shows the panel and focuses it, or opens one of its dialogs.
func (c *Console) OpenPanel(arg string) {
	switch {
	case c.dock == nil:
		return
	case arg == "":
		c.TogglePanel()
		return
	case c.PanelShown():
		c.focusPanel()
	default:
		c.TogglePanel()
	}
	c.parts.Panel.Open(arg)
}

// TellPanel hands the panel an argument. It shows the panel if it is hidden, and leaves
// the focus on the page otherwise.
func (c *Console) TellPanel(arg string) {
	if c.PanelShown() {
		c.parts.Panel.Open(arg)
		return
	}
	c.OpenPanel(arg)
}

func (c *Console) focusPanel() { c.focus(c.parts.Panel.First()) }

// Uncover hides the panel if it covers the page. A panel beside the page stays.
// The preference for the next start stays too.
func (c *Console) Uncover() {
	if !c.PanelShown() || c.PageShown() {
		return
	}
	c.dock.Hide()
	c.covers = false
	c.window.Content().Refresh()
	if at := c.window.Canvas().Focused(); at != nil && !c.inRail(at) {
		c.focus(nil)
	}
}

// makeRoom hides a panel that would cover the page because the window is or became too
// narrow, and shows it again when there is room. A panel that the person opened in a narrow
// window stays.
func (c *Console) makeRoom(width float32) {
	if c.dock == nil || c.covers {
		return
	}
	switch fits := c.panelFits(width); {
	case fits && c.tucked:
		c.tucked = false
		c.dock.Show()
	case !fits && c.PanelShown():
		c.tucked = true
		c.dock.Hide()
	default:
		return
	}
	c.root.Tell(func() { // after this layout; the panel may not have started yet
		if c.PanelShown() {
			c.parts.Panel.Shown()
		}
		c.Redraw() // the page says how to open the panel
	})
}

// TogglePanel shows or hides the panel.
func (c *Console) TogglePanel() {
	if c.dock == nil {
		return
	}
	c.tucked = false
	if c.dock.Visible() {
		c.dock.Hide()
		c.covers = false
	} else {
		c.covers = !c.panelFits(c.window.Canvas().Size().Width)
		c.dock.Show()
	}
	c.Config.Prefs.SetBool(prefPanel, c.dock.Visible())
	c.window.Content().Refresh()
	c.Redraw()
	c.countPanel()
	if c.dock.Visible() {
		c.focusPanel()
		c.parts.Panel.Shown()
	} else if c.window.Canvas().Focused() == nil {
		c.Refocus()
		c.Redraw()
	}
}

// PanelCount sets how much has arrived in the panel and was not in sight yet. The rail
// shows it while the panel is hidden, and so does the link to the panel at the door.
func (c *Console) PanelCount(n int) {
	if n == c.arrived {
		return
	}
	c.arrived = n
	c.countPanel()
	if c.rail == nil && c.front != nil && !c.PanelShown() {
		c.Redraw()
	}
}

// Arrived is how much has arrived in the panel and was not in sight yet.
func (c *Console) Arrived() int { return c.arrived }

func (c *Console) countPanel() {
	if c.rail == nil {
		return
	}
	words := ""
	if c.arrived > 0 && !c.PanelShown() {
		words = strconv.Itoa(c.arrived)
	}
	c.rail.SetCount(string(Lab), words)
}

// loadPanel makes the panel load its data again.
func (c *Console) loadPanel() {
	if c.parts.Panel != nil {
		c.parts.Panel.Load()
	}
}
