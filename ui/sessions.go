package ui

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
)

// A sessionsPage lists the sessions of the account, and ends one of them or all
// others (R44).
type sessionsPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[[]api.Session]
	list  *kit.RowList
}

func newSessions(c *shell.Console) *sessionsPage {
	return &sessionsPage{c: c, list: kit.NewRowList(72)}
}

func (p *sessionsPage) Page() shell.PageID   { return shell.Sessions }
func (p *sessionsPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

func (p *sessionsPage) OnTopic(topic string) {
	if topic == "" || topic == api.TopicSessions {
		p.load()
	}
}

func (p *sessionsPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) ([]api.Session, error) { return server.Sessions(ctx) }, p.c.Redraw)
}

func (p *sessionsPage) end(s api.Session) {
	p.c.Confirm("ui.sessions.end", nil, func() {
		p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return p.load, server.EndSession(ctx, s.ID)
		})
	}, explain.Client(p.c.Catalog, s.Client, s.RemoteAddr))
}

func (p *sessionsPage) endOthers() {
	p.c.Confirm("ui.sessions.end-others", nil, func() {
		p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return p.load, server.EndOtherSessions(ctx)
		})
	})
}

// confirmSignOut signs out on this computer after a confirmation.
func confirmSignOut(c *shell.Console) { c.ConfirmSignOut() }

// Draw draws the sessions and the buttons that end them.
func (p *sessionsPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	if !p.src.Ready {
		return p.src.Waiting(c, w.T("ui.rail.sessions"), nil, p.load)
	}
	var rows []kit.ListRow
	others := 0
	for _, s := range thisOneFirst(p.src.Value) {
		rows = append(rows, p.row(s))
		if !s.Current {
			others++
		}
	}
	p.list.SetRows(rows...)
	page := kit.Page{Title: w.T("ui.rail.sessions"), Lead: w.T("ui.sessions.lead"), Body: []fyne.CanvasObject{p.list}}
	v := shell.View{Ready: true}
	if others > 0 {
		all := control.NewButton(w.N("ui.sessions.end-others-do", others), "", control.Destroy, p.endOthers)
		page.Actions = []fyne.CanvasObject{all}
	} else {
		page.Body = append(page.Body, kit.Note("info", w.T("ui.sessions.only")))
	}
	page.Body = append(page.Body, kit.Note("lock", w.T("ui.sessions.policy."+c.Account().Policy)))
	if len(rows) > 0 {
		v.First, _ = p.list.Row(rows[0].Key).(fyne.Focusable) // nothing that ends a session
	}
	v.Content = c.Page(page)
	return v
}

// open shows the page of a session.
func (p *sessionsPage) open(s api.Session) {
	p.c.ShowScreen(&sessionPage{c: p.c, s: s, from: p})
}

// thisOneFirst puts the session of the window before the others.
func thisOneFirst(list []api.Session) []api.Session {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b api.Session) int {
		switch {
		case a.Current == b.Current:
			return 0
		case a.Current:
			return -1
		}
		return 1
	})
	return sorted
}

// row is the row of a session.
func (p *sessionsPage) row(s api.Session) kit.ListRow {
	c, w, now := p.c, p.c.Catalog, p.c.Now()
	name := explain.Client(w, s.Client, s.RemoteAddr)
	text := w.T("ui.sessions.row", assets.Args{"first": shell.OnDay(w, now, s.Created), "last": shell.When(w, now, s.LastSeen), "until": shell.OnDay(w, now, s.Expires)})
	return kit.ListRow{Key: s.ID, State: []any{name, text, s.Current, s.NewPlace}, Draw: func() fyne.CanvasObject {
		open := func(row fyne.CanvasObject) fyne.CanvasObject {
			r := control.NewTapRow(row, func() { p.open(s) })
			r.Name = w.T("ui.sessions.open", name)
			return r
		}
		if s.Current {
			return open(shell.LongRow(kit.Tile("sessions", true), name, text,
				kit.Badge(kit.On, w.T("ui.sessions.current")), control.NewButton(w.T("ui.sessions.sign-out-do"), "", control.Secondary, func() { confirmSignOut(c) }).Ends()))
		}
		var trail []fyne.CanvasObject
		if s.NewPlace {
			trail = append(trail, kit.Badge(kit.Caution, w.T("ui.sessions.new-place")))
		}
		return open(shell.LongRow(kit.Tile(sessionIcon(s), false), name, text, append(trail,
			control.NewButton(w.T("ui.sessions.end-do"), "", control.Destroy, func() { p.end(s) }).Named(w.T("ui.sessions.end-name", name)))...))
	}}
}

// sessionIcon is the icon of the kind of client.
func sessionIcon(s api.Session) string {
	switch {
	case s.RemoteAddr == "console":
		return "sessions"
	case strings.HasPrefix(s.Client, "curl"), strings.HasPrefix(s.Client, "Nightlatch"):
		return "terminal"
	}
	return "globe"
}
