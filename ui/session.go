package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A sessionPage shows everything that the server knows about one session, and what its program
// did lately.
type sessionPage struct {
	c    *shell.Console
	s    api.Session
	from *sessionsPage
	src  shell.Source[[]api.Activity]
	at   *shell.Scope
}

func (p *sessionPage) Page() shell.PageID { return shell.Sessions }

func (p *sessionPage) Enter(s *shell.Scope) {
	p.at = s
	p.load()
}

func (p *sessionPage) OnTopic(topic string) {
	if topic == "" || topic == api.TopicActivity || topic == api.TopicSessions {
		p.load()
	}
}

// load loads what the same program did since the session began.
func (p *sessionPage) load() {
	text := sameOrigin(p.s.Client, p.s.RemoteAddr)
	p.src.Load(p.c, p.at, func(ctx context.Context, server *client.Client) ([]api.Activity, error) {
		list, _, err := server.FindActivity(ctx, client.ActivityQuery{Text: text, Limit: 5})
		var since []api.Activity
		for _, e := range list {
			if !e.At.Before(p.s.Created) {
				since = append(since, e)
			}
		}
		return since, err
	}, func() { p.c.RedrawIf(p) })
}

// end ends the session, or signs out.
func (p *sessionPage) end() {
	if p.s.Current {
		confirmSignOut(p.c)
		return
	}
	p.c.Confirm("ui.sessions.end", nil, func() {
		p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { p.c.Visit(shell.Sessions) }, server.EndSession(ctx, p.s.ID)
		})
	}, explain.Client(p.c.Catalog, p.s.Client, p.s.RemoteAddr))
}

// Draw draws the facts, the last events and the button that ends the session.
func (p *sessionPage) Draw() shell.View {
	c, w, s := p.c, p.c.Catalog, p.s
	name := explain.Client(w, s.Client, s.RemoteAddr)
	page := kit.Page{Crumbs: c.Breadcrumbs(shell.Sessions, name), Title: name}
	label := "ui.sessions.end-do"
	if s.Current {
		label = "ui.sessions.sign-out-do"
		page.Aside = kit.Badge(kit.On, w.T("ui.sessions.current"))
	} else if s.NewPlace {
		page.Aside = kit.Badge(kit.Caution, w.T("ui.sessions.new-place"))
		page.Body = append(page.Body, kit.Note("attention", w.T("ui.sessions.new-place-why")))
	}
	page.Body = append(page.Body, shell.DrawFacts(
		shell.Fact{Name: w.T("ui.detail.client"), Value: explain.Client(w, s.Client, "")},
		shell.Fact{Name: w.T("ui.detail.place"), Value: place(c, s.RemoteAddr)},
		shell.Fact{Name: w.T("ui.session.created"), Value: shell.Exactly(c, s.Created)},
		shell.Fact{Name: w.T("ui.session.seen"), Value: shell.Exactly(c, s.LastSeen)},
		shell.Fact{Name: w.T("ui.session.expires"), Value: shell.Exactly(c, s.Expires)},
	))
	var rows []fyne.CanvasObject
	for _, e := range p.src.Value {
		rows = append(rows, eventRow(c, e, func() { openEvent(c, e, p) }).Draw())
	}
	switch {
	case len(rows) > 0:
		page.Body = append(page.Body, look.V(look.S8, kit.Section(w.T("ui.session.lately")), kit.List(52, rows...)))
	case p.src.Ready:
		page.Body = append(page.Body, kit.Note("activity", w.T("ui.session.nothing")))
	}
	page.Actions = []fyne.CanvasObject{
		control.NewButton(w.T("ui.event.same"), "search", control.Secondary, func() {
			c.Follow(shell.Route{Page: shell.Activity, Arg: sameOrigin(s.Client, s.RemoteAddr)})
		}),
		control.NewButton(w.T(label), "", control.Destroy, p.end),
	}
	return shell.DetailPage(c, page, p.from, shell.Sessions)
}
