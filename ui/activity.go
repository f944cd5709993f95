package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// An activityPage is what happened to the account, newest first, page by page.
type activityPage struct {
	c     *Console
	scope *Scope
	src   source[[]api.Activity]
	older []api.Activity // what was asked for beyond the newest page
	end   bool           // there is nothing older
	view  activityView
}

// An activityView is what is drawn: the events, and what is looked for.
type activityView struct {
	events []api.Activity
	filter filter
	search string
	end    bool
}

// eventsPerPage is how many events one request brings.
const eventsPerPage = 50

func newActivity(c *Console) *activityPage { return &activityPage{c: c} }

func (p *activityPage) place() string  { return placeActivity }
func (p *activityPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *activityPage) hear(what string) {
	if what == "" || what == api.TopicActivity {
		p.load()
	}
}

func (p *activityPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) ([]api.Activity, error) {
		return server.Activity(ctx, "", eventsPerPage)
	}, func() {
		if len(p.src.value) < eventsPerPage {
			p.end = true
		}
		p.c.redraw()
	})
}

// more brings the next page of older events.
func (p *activityPage) more() {
	all := p.all()
	if len(all) == 0 {
		return
	}
	cursor := all[len(all)-1].Cursor
	p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		list, err := server.Activity(ctx, cursor, eventsPerPage)
		return func() {
			p.older = append(p.older, list...)
			p.end = len(list) < eventsPerPage
			p.c.redraw()
		}, err
	})
}

// all are the newest page and the older ones, each event once.
func (p *activityPage) all() []api.Activity {
	seen := map[string]bool{}
	var out []api.Activity
	for _, list := range [][]api.Activity{p.src.value, p.older} {
		for _, e := range list {
			if !seen[e.Cursor] {
				seen[e.Cursor] = true
				out = append(out, e)
			}
		}
	}
	return out
}

func (p *activityPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.rail.activity"), nil, &p.src, p.load)
	}
	p.view.events, p.view.end = p.all(), p.end
	return c.drawActivity(&p.view, activityInputs{
		more:   p.more,
		export: func() { c.exportActivity(p.scope, p.view.found(c)) },
		changed: func() {
			c.redraw()
		},
	})
}

// found are the events that pass filter and search.
func (v *activityView) found(c *Console) []api.Activity {
	var out []api.Activity
	want := strings.ToLower(strings.TrimSpace(v.search))
	for _, e := range v.events {
		if !v.filter.lets(e) {
			continue
		}
		if want != "" {
			said := strings.ToLower(strings.Join([]string{eventTitle(c.words, e), eventDetail(c.words, e), eventPlace(c.words, e), e.RemoteAddr, e.Client}, " "))
			if !strings.Contains(said, want) {
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

type activityInputs struct{ more, export, changed func() }

func (c *Console) drawActivity(v *activityView, in activityInputs) drawn {
	w, now := c.words, c.now()
	var labels []string
	for _, f := range []string{"all", "sign-ins", "changes", "refusals"} {
		labels = append(labels, w.T("ui.activity.filter."+f))
	}
	bar := kit.NewSegments(int(v.filter), func(i int) { v.filter = filter(i); in.changed() }, labels...).Named(w.T("ui.activity.filter"))
	search := kit.NewInput(kit.InputConfig{
		Name: w.T("ui.activity.search"), Text: v.search, Placeholder: w.T("ui.activity.search"), Icon: "search", Limit: 64,
		OnChanged: func(s string) { v.search = s; in.changed() },
	})
	searching := kit.Scaled(200, 0, search)
	p := kit.Page{
		Title: w.T("ui.rail.activity"), Lead: w.T("ui.activity.lead"),
		Aside: kit.NewButton(w.T("ui.activity.export"), "save", kit.Secondary, in.export),
		Body:  []fyne.CanvasObject{kit.Beside(kit.S12, searching.MinSize().Width, bar, kit.H(0, kit.Gap(), searching))},
	}
	found := v.found(c)
	day, rows := "", []fyne.CanvasObject{}
	flush := func() {
		if len(rows) > 0 {
			p.Body = append(p.Body, kit.V(kit.S8, kit.Section(day), kit.List(52, rows...)))
		}
		rows = nil
	}
	for _, e := range found {
		if d := w.Day(now, e.At); d != day {
			flush()
			day = d
		}
		rows = append(rows, c.eventRow(e))
	}
	flush()
	if len(found) == 0 {
		p.Body = append(p.Body, kit.EmptyState("activity", kit.Info, w.T("ui.activity.none"), w.T("ui.activity.none-why")))
	}
	if !v.end {
		p.Body = append(p.Body, kit.Centre(kit.NewButton(w.T("ui.activity.more"), "", kit.Secondary, in.more)))
	}
	return drawn{content: c.page(p), first: bar, ready: true}
}

func (c *Console) eventRow(e api.Activity) fyne.CanvasObject {
	w := c.words
	icon, ink := eventIcon(e)
	words := []fyne.CanvasObject{kit.NewText(eventTitle(w, e), kit.Body, kit.Ink).Wrapped()}
	if detail := eventDetail(w, e); detail != "" {
		words = append(words, kit.NewText(detail, kit.Caption, kit.Ink2).Wrapped())
	}
	return kit.Inset(kit.S16, 10, kit.S16, 10, kit.H(kit.S16, kit.NewIcon(icon, 20, ink), kit.Grow(kit.V(0, words...)),
		kit.Scaled(150, 0, kit.NewText(eventPlace(w, e), kit.Caption, kit.Ink2).Wrapped()),
		kit.Scaled(44, 0, kit.NewText(w.Clock(e.At.In(c.now().Location())), kit.Code, kit.Ink2).Trailing())))
}
