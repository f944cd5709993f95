package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// A sessionsPage lists the signed-in clients, and ends them one by one or all
// but this one (R44).
type sessionsPage struct {
	c     *Console
	scope *Scope
	src   source[[]api.Session]
}

func newSessions(c *Console) *sessionsPage { return &sessionsPage{c: c} }

func (p *sessionsPage) place() string  { return placeSessions }
func (p *sessionsPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *sessionsPage) hear(what string) {
	if what == "" || what == api.TopicSessions {
		p.load()
	}
}

func (p *sessionsPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) ([]api.Session, error) { return server.Sessions(ctx) }, p.c.redraw)
}

func (p *sessionsPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.rail.sessions"), nil, &p.src, p.load)
	}
	return c.drawSessions(p.src.value, sessionInputs{
		end: func(s api.Session) {
			c.confirm("ui.sessions.end", nil, func() {
				c.act(func(ctx context.Context, server *client.Client) (func(), error) {
					return p.load, server.EndSession(ctx, s.ID)
				})
			}, clientName(c.words, s.Client, s.RemoteAddr))
		},
		endOthers: func() {
			c.confirm("ui.sessions.end-others", nil, func() {
				c.act(func(ctx context.Context, server *client.Client) (func(), error) {
					return p.load, server.EndOtherSessions(ctx)
				})
			})
		},
		signOut: func() { c.confirm("ui.sessions.sign-out", nil, c.signOut) },
	})
}

type sessionInputs struct {
	end                func(api.Session)
	endOthers, signOut func()
}

func (c *Console) drawSessions(list []api.Session, in sessionInputs) drawn {
	w, now := c.words, c.now()
	var rows []fyne.CanvasObject
	others := 0
	for _, s := range list {
		name := clientName(w, s.Client, s.RemoteAddr)
		args := assets.Args{"first": onDay(w, now, s.Created), "last": when(w, now, s.LastSeen), "until": onDay(w, now, s.Expires)}
		say := w.T("ui.sessions.row", args)
		if s.Current {
			rows = append(rows, longRow(kit.Tile("sessions", true), name, say,
				kit.Badge(kit.On, w.T("ui.sessions.current")), kit.NewButton(w.T("ui.sessions.sign-out-do"), "", kit.Secondary, in.signOut)))
			continue
		}
		others++
		rows = append(rows, longRow(kit.Tile(sessionIcon(s), false), name, say,
			kit.NewButton(w.T("ui.sessions.end-do"), "", kit.Secondary, func() { in.end(s) }).Named(w.T("ui.sessions.end-name", name))))
	}
	p := kit.Page{Title: w.T("ui.rail.sessions"), Lead: w.T("ui.sessions.lead"), Body: []fyne.CanvasObject{kit.List(72, rows...)}}
	d := drawn{ready: true}
	if others > 0 {
		all := kit.NewButton(w.N("ui.sessions.end-others-do", others), "", kit.Destroy, in.endOthers)
		p.Actions = []fyne.CanvasObject{all}
		d.first = all
	} else {
		p.Body = append(p.Body, kit.Note("info", w.T("ui.sessions.only")))
	}
	p.Body = append(p.Body, kit.Note("lock", w.T("ui.sessions.policy."+c.account.Policy)))
	d.content = c.page(p)
	return d
}

// sessionIcon is what kind of client a session is.
func sessionIcon(s api.Session) string {
	switch {
	case s.RemoteAddr == "console":
		return "sessions"
	case strings.HasPrefix(s.Client, "curl"), strings.HasPrefix(s.Client, "Nightlatch"):
		return "terminal"
	}
	return "globe"
}
