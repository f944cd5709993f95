package shell

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
)

// A Find is something that the search can find: a setting, an action, an event.
type Find struct {
	Icon          string
	Title, Detail string
	Words         string // other words to find it by
	Do            func()
}

// eventsFound is how many events the search shows. One more line opens the activity list.
const eventsFound = 5

// searchLimit is the length of a search text that the server takes.
const searchLimit = 100

// A search is the open search: one field for pages, settings, actions and activity.
type search struct {
	c       *Console
	scope   *Scope
	asked   *Scope // of the request for the text
	palette *control.Palette
	text    string
	events  []api.Activity
	more    bool // there are more events
	waiting bool // for the server
	failed  *explain.Explanation
}

// OpenSearch opens the search over the page in front.
func (c *Console) OpenSearch() {
	if c.session == nil || c.rail == nil || len(c.window.Canvas().Overlays().List()) > 0 {
		return
	}
	c.newSearch(c.session.Child())
}

// newSearch opens a search, which leaves a scope when it is closed.
func (c *Console) newSearch(scope *Scope) *search {
	s := &search{c: c, scope: scope, asked: scope.Child()}
	s.palette = control.ShowPalette(c.window.Canvas(), c.Catalog.T("ui.search.field"), searchLimit, s.typed, scope.Leave)
	s.show()
	return s
}

// typed searches for another text. The answer to the one before is not waited for.
func (s *search) typed(text string) {
	s.asked.Leave()
	s.asked = s.scope.Child()
	s.text, s.events, s.more, s.failed = text, nil, false, nil
	query := explain.NewQuery(text)
	if s.waiting = !query.Empty(); s.waiting {
		server := s.c.server
		s.asked.Go(func(ctx context.Context) func() {
			events, more, err := firstEvents(ctx, server, text)
			return func() {
				s.events, s.more, s.waiting = events, more, false
				if err != nil {
					why := explain.Error(s.c.Catalog, err)
					s.failed = &why
				}
				s.show()
			}
		})
	}
	s.show()
}

// firstEvents searches the activity list until there are enough events, or nothing is left.
func firstEvents(ctx context.Context, server *client.Client, text string) (found []api.Activity, more bool, err error) {
	q := client.ActivityQuery{Text: text}
	for {
		q.Limit = eventsFound - len(found)
		list, older, err := server.FindActivity(ctx, q)
		if err != nil {
			return nil, false, err
		}
		found = append(found, list...)
		if older == "" || len(found) >= eventsFound {
			return found, older != "", nil
		}
		q.Before = older
	}
}

// show shows what is found so far.
func (s *search) show() {
	w, query := s.c.Catalog, explain.NewQuery(s.text)
	var items []control.PaletteItem
	add := func(group string, finds []Find) {
		for _, f := range matching(query, finds) {
			items = append(items, control.PaletteItem{Group: w.T("ui.search." + group), Icon: f.Icon, Title: f.Title, Detail: f.Detail, Do: f.Do})
		}
	}
	add("pages", s.c.findPages())
	if s.c.parts.Settings != nil && !query.Empty() {
		add("settings", s.c.parts.Settings())
	}
	if s.c.parts.Actions != nil {
		add("actions", s.c.parts.Actions())
	}
	for _, e := range s.events {
		f := s.c.parts.Event(e)
		items = append(items, control.PaletteItem{Group: w.T("ui.search.activity"), Icon: f.Icon, Title: f.Title, Detail: f.Detail, Do: f.Do})
	}
	if s.more {
		text := s.text
		items = append(items, control.PaletteItem{Group: w.T("ui.search.activity"), Icon: "search", Title: w.T("ui.search.more", text), Do: func() { s.c.Follow(Route{Activity, text}) }})
	}
	s.palette.Set(items, s.notes(len(items))...)
}

// notes say what is still searched, or that nothing was found and where.
func (s *search) notes(found int) (notes []fyne.CanvasObject) {
	w := s.c.Catalog
	switch {
	case s.failed != nil:
		return append(notes, kit.Note("attention", w.T("ui.search.failed", s.failed.What)))
	case s.waiting:
		return append(notes, kit.Note("search", w.T("ui.search.waiting")))
	case found == 0:
		return append(notes, kit.Note("info", w.T("ui.search.nothing", s.text)), kit.Note("search", w.T("ui.search.nothing-why")))
	}
	return nil
}

// findPages are the pages that the rail and the breadcrumbs lead to.
func (c *Console) findPages() (all []Find) {
	for _, p := range c.pages() {
		if p.Icon == "" {
			continue
		}
		detail := ""
		if p.Shortcut != "" {
			detail = Combination{p.Shortcut, ctrl}.String()
		}
		all = append(all, Find{Icon: p.Icon, Title: c.PageTitle(p.ID), Detail: detail, Words: c.Catalog.T("ui.search.words." + string(p.ID)), Do: func() { c.Visit(p.ID) }})
	}
	return all
}

// matching are the finds that a query finds: first those whose title begins with it, then
// those that have it in their title.
func matching(query explain.Query, finds []Find) []Find {
	rank := func(f Find) int {
		switch title := explain.Fold(f.Title); {
		case strings.HasPrefix(title, query.String()):
			return 0
		case query.MatchesFolded(title):
			return 1
		}
		return 2
	}
	found := slices.DeleteFunc(slices.Clone(finds), func(f Find) bool { return !query.Matches(f.Title, f.Detail, f.Words) })
	slices.SortStableFunc(found, func(a, b Find) int { return rank(a) - rank(b) })
	return found
}

// Finds is everything that the search finds but the activity.
func (c *Console) Finds() []Find {
	all := c.findPages()
	if c.parts.Settings != nil {
		all = append(all, c.parts.Settings()...)
	}
	if c.parts.Actions != nil {
		all = append(all, c.parts.Actions()...)
	}
	return all
}
