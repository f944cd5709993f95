package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// An activityPage shows what happened to the account, newest first, page by page.
type activityPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[[]api.Activity]
	older []api.Activity // pages after the newest one
	end   bool           // there is nothing older

	filter filter
	search string
}

// eventsPerPage is how many events one request returns.
const eventsPerPage = 50

func newActivity(c *shell.Console) *activityPage { return &activityPage{c: c} }

func (p *activityPage) Page() shell.PageID   { return shell.Activity }
func (p *activityPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

func (p *activityPage) OnTopic(topic string) {
	if topic == "" || topic == api.TopicActivity {
		p.load()
	}
}

func (p *activityPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) ([]api.Activity, error) {
		return server.Activity(ctx, "", eventsPerPage)
	}, func() {
		if len(p.src.Value) < eventsPerPage {
			p.end = true
		}
		p.c.Redraw()
	})
}

// more loads the next page of older events.
func (p *activityPage) more() {
	all := p.all()
	if len(all) == 0 {
		return
	}
	cursor := all[len(all)-1].Cursor
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		list, err := server.Activity(ctx, cursor, eventsPerPage)
		return func() {
			p.older = append(p.older, list...)
			p.end = len(list) < eventsPerPage
			p.c.Redraw()
		}, err
	})
}

// all are the newest page and the older ones, each event once.
func (p *activityPage) all() []api.Activity {
	seen := map[string]bool{}
	var out []api.Activity
	for _, list := range [][]api.Activity{p.src.Value, p.older} {
		for _, e := range list {
			if !seen[e.Cursor] {
				seen[e.Cursor] = true
				out = append(out, e)
			}
		}
	}
	return out
}

// found are the events that match the filter and the search text.
func (p *activityPage) found() []api.Activity {
	w := p.c.Catalog
	var out []api.Activity
	want := strings.ToLower(strings.TrimSpace(p.search))
	for _, e := range p.all() {
		if !p.filter.matches(e) {
			continue
		}
		text := strings.ToLower(strings.Join([]string{eventTitle(w, e), eventDetail(w, e), eventClient(w, e), e.RemoteAddr, e.Client}, " "))
		if want == "" || strings.Contains(text, want) {
			out = append(out, e)
		}
	}
	return out
}

// Draw draws the filter, the search field and the events by day.
func (p *activityPage) Draw() shell.View {
	c, w, now := p.c, p.c.Catalog, p.c.Now()
	if !p.src.Ready {
		return p.src.Waiting(c, w.T("ui.rail.activity"), nil, p.load)
	}
	found := p.found()
	bar, search := p.drawFilter()
	page := kit.Page{
		Title: w.T("ui.rail.activity"), Lead: w.T("ui.activity.lead"),
		Aside: control.NewButton(w.T("ui.activity.export"), "save", control.Secondary, func() { exportActivity(c, p.found()) }),
		Body:  []fyne.CanvasObject{look.Beside(look.S12, search.MinSize().Width, bar, look.H(0, look.Gap(), search))},
	}
	day, rows := "", []fyne.CanvasObject{}
	flush := func() {
		if len(rows) > 0 {
			page.Body = append(page.Body, look.V(look.S8, kit.Section(day), kit.List(52, rows...)))
		}
		rows = nil
	}
	for _, e := range found {
		if d := w.Day(now, e.At); d != day {
			flush()
			day = d
		}
		rows = append(rows, p.drawEvent(e))
	}
	flush()
	if len(found) == 0 {
		page.Body = append(page.Body, kit.EmptyState("activity", look.Info, w.T("ui.activity.none"), w.T("ui.activity.none-why")))
	}
	if !p.end {
		page.Body = append(page.Body, look.Centre(control.NewButton(w.T("ui.activity.more"), "", control.Secondary, p.more)))
	}
	return shell.View{Content: c.Page(page), First: bar, Ready: true}
}

// drawFilter draws the bar of filters and the search field.
func (p *activityPage) drawFilter() (bar *control.Segments, search fyne.CanvasObject) {
	w := p.c.Catalog
	var labels []string
	for _, f := range []string{"all", "sign-ins", "changes", "refusals"} {
		labels = append(labels, w.T("ui.activity.filter."+f))
	}
	bar = control.NewSegments(int(p.filter), func(i int) { p.filter = filter(i); p.c.Redraw() }, labels...).Named(w.T("ui.activity.filter"))
	return bar, look.Scaled(200, 0, control.NewInput(control.InputConfig{
		Name: w.T("ui.activity.search"), Text: p.search, Placeholder: w.T("ui.activity.search"), Icon: "search", Limit: 64,
		OnChanged: func(s string) { p.search = s; p.c.Redraw() },
	}))
}

func (p *activityPage) drawEvent(e api.Activity) fyne.CanvasObject {
	w := p.c.Catalog
	icon, ink := eventIcon(e)
	text := []fyne.CanvasObject{look.NewText(eventTitle(w, e), look.Body, look.Ink).Wrapped()}
	if detail := eventDetail(w, e); detail != "" {
		text = append(text, look.NewText(detail, look.Caption, look.Ink2).Wrapped())
	}
	return look.Inset(look.S16, 10, look.S16, 10, look.H(look.S16, look.NewIcon(icon, 20, ink), look.Grow(look.V(0, text...)),
		look.Scaled(150, 0, look.NewText(eventClient(w, e), look.Caption, look.Ink2).Wrapped()),
		look.Scaled(p.clockWidth(), 0, look.NewText(w.Clock(e.At.In(p.c.Now().Location())), look.Code, look.Ink2).Trailing())))
}

// clockWidth is the width of the column with the times.
func (p *activityPage) clockWidth() float32 {
	if p.c.Catalog.Region().TwelveHour {
		return 72
	}
	return 44
}
