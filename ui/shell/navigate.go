package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
)

// newRail builds the rail from the registered pages.
func (c *Console) newRail() *control.SideRail {
	entries := func(pages []Page) (out []control.Destination) {
		for _, p := range pages {
			out = append(out, control.Destination{ID: string(p.ID), Icon: p.Icon, Name: c.Catalog.T("ui.rail." + string(p.ID))})
		}
		return out
	}
	var groups [][]control.Destination
	for _, g := range c.parts.Groups {
		groups = append(groups, entries(g))
	}
	return control.NewRail(control.RailConfig{
		Name: c.account.Username, Subtitle: c.Catalog.T("ui.rail.here"),
		Groups: groups, Feet: entries(c.parts.Feet),
		OnSelect:  func(id string) { c.Visit(PageID(id)) },
		OnAccount: c.OpenAccountMenu,
	})
}

// Visit goes to a page. A ceremony that is left stays open; Two-factor
// authentication offers to continue it. The person is asked before something is
// lost.
func (c *Console) Visit(id PageID) { c.Follow(Route{Page: id}) }

// Follow opens the page of a route.
func (c *Console) Follow(r Route) {
	for _, p := range c.pages() {
		switch {
		case p.ID != r.Page:
			continue
		case p.Open != nil:
			p.Open(r.Arg)
		default:
			c.leaveFor(p.New(r.Arg))
		}
		return
	}
}

// leaveFor shows a screen, and asks first if the one in front has something
// unsaved.
func (c *Console) leaveFor(s Screen) {
	c.Leaving(func() {
		c.Toast.Hush() // it belongs to the page that is left
		c.Uncover()
		c.ShowScreen(s)
	})
}

// nextRegion moves the focus from the rail to the page, to the panel, and back to
// the rail.
func (c *Console) nextRegion() {
	var regions []fyne.CanvasObject
	if c.rail != nil {
		regions = append(regions, c.rail)
	}
	regions = append(regions, c.slot)
	if c.PanelShown() {
		regions = append(regions, c.dock)
	}
	here := -1
	for i, r := range regions {
		if contains(r, c.window.Canvas().Focused()) {
			here = i
		}
	}
	for i := range regions {
		next := regions[(here+1+i)%len(regions)]
		if next == fyne.CanvasObject(c.dock) && c.dock != nil {
			c.focusPanel()
			return
		}
		if f := firstIn(next); f != nil && next.Visible() {
			c.window.Canvas().Focus(f)
			return
		}
	}
}

// jump goes to a page and moves the focus to its first widget.
func (c *Console) jump(id PageID) {
	if c.rail == nil { // nobody is signed in
		return
	}
	c.window.Canvas().Unfocus()
	c.Visit(id)
}
