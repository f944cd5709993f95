package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// An activityPage shows what happened to the account, newest first, page by page. The server
// filters and searches the whole list.
type activityPage struct {
	c     *shell.Console
	scope *shell.Scope
	asked *shell.Scope // of the requests for the query
	src   *shell.Source[found]
	shown found // what was last loaded, perhaps for an earlier query

	show   api.ActivityFilter
	search string
	field  *control.Input
	days   map[string]*kit.RowList
	opened string // cursor of the event whose page was opened from here
}

// found is what the server found.
type found struct {
	List  []api.Activity
	Older string // cursor to go on before; "" at the end
	Text  string // what was searched for
	Show  api.ActivityFilter
}

// eventsPerPage is how many events are loaded at once.
const eventsPerPage = 50

// newActivity makes the page; search is what to search for.
func newActivity(c *shell.Console, search string) *activityPage {
	return &activityPage{c: c, search: search, src: &shell.Source[found]{}}
}

func (p *activityPage) Page() shell.PageID { return shell.Activity }

func (p *activityPage) Enter(s *shell.Scope) {
	p.scope, p.asked = s, s.Child()
	p.load()
}

func (p *activityPage) OnTopic(topic string) {
	if topic == "" || topic == api.TopicActivity {
		p.load()
	}
}

// load loads the newest events for the query. Older ones that were loaded before stay.
func (p *activityPage) load() {
	src, text, show := p.src, p.search, p.show
	src.Load(p.c, p.asked, func(ctx context.Context, server *client.Client) (found, error) {
		return findActivity(ctx, server, client.ActivityQuery{Text: text, Show: show})
	}, func() {
		if src.Ready {
			p.shown = join(src.Value, p.shown)
		}
		p.c.RedrawIf(p)
	})
}

// ask loads the events for a changed query. The answer to the one before is not waited for.
func (p *activityPage) ask() {
	p.src = &shell.Source[found]{}
	if p.asked != nil { // else nothing is loaded: in a picture
		p.asked.Leave()
		p.asked = p.scope.Child()
		p.load()
	}
	p.c.Redraw()
}

// findActivity asks the server until there is a page of events, or nothing is left to search.
func findActivity(ctx context.Context, server *client.Client, q client.ActivityQuery) (found, error) {
	f := found{Text: q.Text, Show: q.Show}
	for {
		q.Limit = eventsPerPage - len(f.List)
		list, older, err := server.FindActivity(ctx, q)
		if err != nil {
			return found{}, err
		}
		f.List, f.Older = append(f.List, list...), older
		if older == "" || len(f.List) >= eventsPerPage {
			return f, nil
		}
		q.Before = older
	}
}

// join adds the older events of the same query that were loaded before.
func join(newest, before found) found {
	if newest.Text != before.Text || newest.Show != before.Show || newest.Older == "" {
		return newest
	}
	for i, e := range before.List {
		if e.Cursor == newest.List[len(newest.List)-1].Cursor {
			newest.List = append(newest.List, before.List[i+1:]...)
			newest.Older = before.Older
			break
		}
	}
	return newest
}

// more loads the next page of older events.
func (p *activityPage) more() {
	at := p.shown
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		next, err := findActivity(ctx, server, client.ActivityQuery{Text: at.Text, Show: at.Show, Before: at.Older})
		return func() {
			if p.shown.Older == at.Older && p.shown.Text == at.Text && p.shown.Show == at.Show {
				p.shown.List = append(p.shown.List, next.List...)
				p.shown.Older = next.Older
			}
			p.c.Redraw()
		}, err
	})
}

// export saves all events that the query finds.
func (p *activityPage) export() {
	text, show := p.search, p.show
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		var all []api.Activity
		for q := (client.ActivityQuery{Text: text, Show: show, Limit: 200}); ; {
			list, older, err := server.FindActivity(ctx, q)
			if err != nil {
				return nil, err
			}
			if all = append(all, list...); older == "" {
				return func() { exportActivity(p.c, all) }, nil
			}
			q.Before = older
		}
	})
}

// open shows the page of an event.
func (p *activityPage) open(e api.Activity) {
	p.opened = e.Cursor
	openEvent(p.c, e, p)
}

// Draw draws the filter, the search field and the events by day.
func (p *activityPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	title := c.PageTitle(shell.Activity)
	if !p.src.Ready && (p.shown.List == nil || p.src.Err != nil) {
		return p.src.Waiting(c, title, nil, p.load)
	}
	bar, search := p.drawFilter()
	page := kit.Page{
		Title: title, Lead: w.T("ui.activity.lead"),
		Aside: control.NewButton(w.T("ui.activity.export"), "save", control.Secondary, p.export),
		Body:  []fyne.CanvasObject{look.Beside(look.S12, search.MinSize().Width, bar, look.H(0, look.Gap(), search))},
	}
	if !p.src.Ready && p.src.Slow {
		page.Body = append(page.Body, kit.Note("search", w.T("ui.activity.searching", p.search)))
	}
	v := shell.View{First: bar, Bindings: control.Bindings{}, Ready: true}
	if p.search != "" {
		v.Bindings.Escape = p.clear
	}
	page.Body = append(page.Body, p.drawDays(&v)...)
	switch {
	case len(p.shown.List) == 0 && p.src.Ready:
		page.Body = append(page.Body, p.drawNothing())
	case p.shown.Older != "":
		page.Body = append(page.Body, look.Centre(control.NewButton(w.T("ui.activity.more"), "", control.Secondary, p.more)))
	case p.shown.Text != "":
		page.Body = append(page.Body, kit.Note("info", w.N("ui.activity.found", len(p.shown.List), p.shown.Text)))
	}
	v.Content = c.Page(page)
	return v
}

// clear empties the search field.
func (p *activityPage) clear() {
	p.field.SetText("") // calls OnChanged
}

// drawNothing says what was searched, and in which part of the list.
func (p *activityPage) drawNothing() fyne.CanvasObject {
	w := p.c.Catalog
	title, why := w.T("ui.activity.none"), w.T("ui.activity.none-why")
	if p.shown.Text != "" {
		title, why = w.T("ui.activity.nothing", p.shown.Text), w.T("ui.activity.nothing-why")
	}
	if p.shown.Show != "" {
		why = w.T("ui.activity.nothing-filter", w.T("ui.activity.filter."+string(p.shown.Show)))
	}
	var ways []fyne.CanvasObject
	if p.shown.Text != "" {
		ways = append(ways, control.NewLink(w.T("ui.activity.clear"), p.clear))
	}
	if p.shown.Show != "" {
		ways = append(ways, control.NewLink(w.T("ui.activity.filter.everything"), func() { p.filter("") }))
	}
	return kit.EmptyState("search", look.Info, title, why, look.Centre(look.V(look.S8, ways...)))
}

// drawDays draws the events, a card for each day.
func (p *activityPage) drawDays(v *shell.View) (cards []fyne.CanvasObject) {
	w, now := p.c.Catalog, p.c.Now()
	rows := map[string][]kit.ListRow{}
	var order []string
	for _, e := range p.shown.List {
		day := e.At.In(now.Location()).Format("2006-01-02")
		if rows[day] == nil {
			order = append(order, day)
		}
		rows[day] = append(rows[day], eventRow(p.c, e, func() { p.open(e) }))
	}
	old := p.days
	p.days = map[string]*kit.RowList{}
	for _, day := range order {
		list := old[day]
		if list == nil {
			list = kit.NewRowList(52)
		}
		list.SetRows(rows[day]...)
		p.days[day] = list
		cards = append(cards, look.V(look.S8, kit.Section(w.Day(now, dayOf(p.shown.List, day, now))), list))
		if row, ok := list.Row(p.opened).(fyne.Focusable); ok {
			v.First = row // back from its page
		}
	}
	return cards
}

// filters are the choices of the bar.
func filters() []api.ActivityFilter {
	return append([]api.ActivityFilter{""}, api.ActivityFilters()...)
}

func (p *activityPage) filter(f api.ActivityFilter) {
	p.show = f
	p.ask()
}

// drawFilter draws the bar of filters and the search field.
func (p *activityPage) drawFilter() (bar *control.Segments, search fyne.CanvasObject) {
	w := p.c.Catalog
	at, labels := 0, []string{w.T("ui.activity.filter.all")}
	for i, f := range filters()[1:] {
		labels = append(labels, w.T("ui.activity.filter."+string(f)))
		if f == p.show {
			at = i + 1
		}
	}
	bar = control.NewSegments(at, func(i int) { p.filter(filters()[i]) }, labels...).Named(w.T("ui.activity.filter"))
	if p.field == nil { // the same field in every drawing keeps the caret where it is
		p.field = control.NewInput(control.InputConfig{
			Name: w.T("ui.activity.search"), Text: p.search, Placeholder: w.T("ui.activity.search"), Icon: "search", Limit: searchLimit,
			OnChanged: func(s string) { p.search = s; p.ask() },
		})
	}
	return bar, look.Scaled(200, 0, p.field)
}

// searchLimit is the length of a search text that the server takes.
const searchLimit = 100
