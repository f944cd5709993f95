package ui

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
)

// A hubPage is a page that only leads to others: a step of the path of R5.
type hubPage struct {
	c  *shell.Console
	id shell.PageID
}

func newHub(c *shell.Console, id shell.PageID) *hubPage { return &hubPage{c, id} }

func (p *hubPage) Page() shell.PageID   { return shell.Settings }
func (p *hubPage) Enter(*shell.Scope)   { p.c.Reload(func() { p.c.RedrawIf(p) }) }
func (p *hubPage) OnTopic(topic string) { p.c.Reload(func() { p.c.RedrawIf(p) }) }

// A way is a row of a hub.
type way struct {
	to         shell.PageID
	icon, what string
	end        fyne.CanvasObject
}

func (p *hubPage) ways() []way {
	w, a := p.c.Catalog, p.c.Account()
	if p.id == shell.Access {
		return []way{
			{shell.Security, "shield", w.T("ui.hub.security"), p.state(a.TwoFactor)},
			{shell.Sessions, "sessions", w.T("ui.sessions.lead"), nil},
			{shell.Activity, "activity", w.T("ui.hub.activity"), nil},
		}
	}
	codes := w.T("ui.hub.no-codes")
	if n := a.BackupCodes.Active; n > 0 {
		codes = w.N("ui.hub.codes", n)
	}
	return []way{
		{shell.TwoFactor, "two-factor", w.T("ui.two-factor.lead"), p.state(a.TwoFactor)},
		{shell.SecurityKeys, "key", keyState(w, a), nil},
		{shell.BackupCodes, "backup-codes", codes, nil},
		{shell.TemporaryPasswords, "temporary-password", w.T("ui.temporary.what"), nil},
	}
}

// state says whether two-factor authentication is on.
func (p *hubPage) state(on bool) fyne.CanvasObject {
	if on {
		return kit.Badge(kit.On, p.c.Catalog.T("ui.on"))
	}
	return kit.Badge(kit.Off, p.c.Catalog.T("ui.off"))
}

// Draw draws the rows, each of which is a link.
func (p *hubPage) Draw() shell.View {
	c := p.c
	var rows []fyne.CanvasObject
	v := shell.View{Ready: true}
	for _, to := range p.ways() {
		var trail []fyne.CanvasObject
		if to.end != nil {
			trail = append(trail, to.end)
		}
		row := control.NewTapRow(shell.LongRow(kit.Tile(to.icon, false), c.PageTitle(to.to), to.what, append(trail, kit.Chevron())...), func() { c.Visit(to.to) })
		row.Name = c.PageTitle(to.to)
		if v.First == nil {
			v.First = row
		}
		rows = append(rows, row)
	}
	lead := c.Catalog.T("ui.hub.lead." + string(p.id))
	v.Content = c.Page(kit.Page{Crumbs: c.Breadcrumbs(p.id), Title: c.PageTitle(p.id), Lead: lead, Body: []fyne.CanvasObject{kit.List(72, rows...)}})
	v.Bindings.Escape = func() { c.Visit(shell.Settings) }
	return v
}
