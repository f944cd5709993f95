package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// shownOver is how many of the passwords that no longer work are listed.
const shownOver = 10

// A temporaryPage makes temporary passwords, shows each one once, and lists the live
// ones with the time they have left (R80-R85).
type temporaryPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[temporaryState]
	made  *madePassword
	live  *kit.RowList
}

type temporaryState struct {
	Account api.Account
	List    []api.TemporaryPassword
}

// A madePassword is a new password, which is shown once.
type madePassword struct {
	api.NewTemporaryPassword
	Label string
	once  *shell.Once
}

func showMade(m api.NewTemporaryPassword, label string) *madePassword {
	return &madePassword{m, label, &shell.Once{Secret: m.Password, Question: "ui.temporary.leave"}}
}

func newTemporaryPasswords(c *shell.Console) *temporaryPage {
	return &temporaryPage{c: c, live: kit.NewRowList(64)}
}

func (p *temporaryPage) Page() shell.PageID   { return shell.TemporaryPasswords }
func (p *temporaryPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

// Unsaved is the question while a new password is shown, works, and was not
// copied.
func (p *temporaryPage) Unsaved() string {
	if p.made == nil || !p.made.Expires.After(p.c.Now()) {
		return ""
	}
	return p.made.once.Unsaved()
}

func (p *temporaryPage) OnTopic(topic string) {
	switch topic {
	case "", api.TopicTemporaryPasswords, api.TopicAccount, api.TopicLabClock:
		p.load()
	}
}

func (p *temporaryPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (s temporaryState, err error) {
		if s.Account, err = server.Account(ctx); err != nil {
			return s, err
		}
		s.List, err = server.TemporaryPasswords(ctx)
		return s, err
	}, p.c.Redraw)
}

// services are the protocols to which a temporary password can be limited, by their
// wire names (R83). The first is no limit.
func services() []string { return append([]string{""}, api.Services()...) }

// works returns a text about how long a new password works.
func (p *temporaryPage) works() string {
	return p.c.Catalog.Span(time.Duration(p.c.About().Limits.TemporaryPasswordMinutes) * time.Minute)
}

// ask asks for the purpose of a new password.
func (p *temporaryPage) ask() {
	w := p.c.Catalog
	var names []string
	for _, s := range services() {
		names = append(names, explain.Service(w, s))
	}
	service := control.NewSelector(control.SelectorConfig{Options: names})
	p.c.AskLine(shell.LineRequest{
		Dialog: control.DialogConfig{
			Title: w.T("ui.temporary.new"), Words: w.T("ui.temporary.new-why", p.works()), Icon: "temporary-password", Do: w.T("ui.temporary.make"),
		},
		Label: "ui.temporary.label", Field: "label", Hint: "ui.temporary.label-hint", Empty: "error.empty.label.what", Limit: 64,
		More: []fyne.CanvasObject{control.NewField(w.T("ui.temporary.service"), w.T("ui.temporary.service-hint"), service)},
		Work: func(ctx context.Context, server *client.Client, label string) (func(), error) {
			return p.create(ctx, server, label, services()[service.Selected])
		},
	})
}

func (p *temporaryPage) create(ctx context.Context, server *client.Client, label, service string) (func(), error) {
	made, err := server.NewTemporaryPassword(ctx, label, service)
	return func() {
		p.made = showMade(made, label)
		p.c.Refocus()
		p.c.Redraw()
		p.c.ScrollToTop()
		p.load()
	}, err
}

func (p *temporaryPage) revoke(t api.TemporaryPassword) {
	p.c.Confirm("ui.temporary.revoke", nil, func() {
		p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { p.forget(t.ID); p.load() }, server.RevokeTemporaryPassword(ctx, t.ID)
		})
	}, t.Label)
}

func (p *temporaryPage) revokeAll() {
	p.c.Confirm("ui.temporary.revoke-all", nil, func() {
		p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { p.made = nil; p.load() }, server.RevokeTemporaryPasswords(ctx)
		})
	})
}

// forget hides a new password that was revoked.
func (p *temporaryPage) forget(id string) {
	if p.made != nil && p.made.ID == id {
		p.made = nil
	}
}

func (p *temporaryPage) copy() { p.made.once.Copy(p.c) }

// Draw draws the new password, the live ones and those that no longer work.
func (p *temporaryPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	page := kit.Page{
		Crumbs: c.Breadcrumbs(shell.TemporaryPasswords),
		Title:  w.T("ui.rail.temporary-passwords"), Lead: w.T("ui.temporary.lead", p.works()),
	}
	if !p.src.Ready {
		return p.src.Waiting(c, page.Title, page.Crumbs, p.load)
	}
	if !p.src.Value.Account.TwoFactor {
		return drawNeedsTwoFactor(c, page, kit.EmptyState("temporary-password", look.Info, w.T("ui.temporary.off"), w.T("ui.temporary.off-why")))
	}
	now := c.Now()
	if p.made != nil && !p.made.Expires.After(now) {
		p.made = nil
	}
	add := control.NewButton(w.T("ui.temporary.new"), "plus", control.Primary, func() { c.Leaving(p.ask) })
	v := shell.View{First: add, Bindings: control.Bindings{Enter: func() { add.Tapped(nil) }}, Ready: true}
	if full := c.Unless(p.src.Value.Account, api.ActTemporaryPassword, add); full != nil {
		page.Body = append(page.Body, full)
		v.First = nil
	}
	var live []kit.ListRow
	var over []fyne.CanvasObject
	for _, t := range p.src.Value.List {
		if t.State == "live" && t.Expires.After(now) {
			live = append(live, p.liveRow(t))
		} else {
			over = append(over, p.drawOver(t))
		}
	}
	p.live.SetRows(live...)
	page.Actions = []fyne.CanvasObject{look.NewText(w.T("ui.keys.of", len(live), c.About().Limits.TemporaryPasswords), look.Caption, look.Ink2), add}
	if p.made != nil {
		card, first := p.drawMade()
		page.Body = append(page.Body, card)
		v.First = first
	}
	switch {
	case len(live) > 0:
		all := control.NewLink(w.T("ui.temporary.revoke-all-link"), p.revokeAll).Destroys()
		page.Body = append(page.Body, look.V(look.S8, look.H(look.S8, kit.Section(w.T("ui.temporary.live")), look.Gap(), all), p.live))
	case p.made == nil:
		page.Body = append(page.Body, kit.EmptyState("temporary-password", look.Info, w.T("ui.temporary.none"), w.T("ui.temporary.none-why", p.works())))
	}
	if len(over) > 0 {
		page.Body = append(page.Body, look.V(look.S8, kit.Section(w.T("ui.temporary.over")), kit.List(64, over[:min(len(over), shownOver)]...)))
	}
	v.Content = c.Page(page)
	return v
}

// drawMade draws the card with a new password, which is shown once (R81).
func (p *temporaryPage) drawMade() (fyne.CanvasObject, fyne.Focusable) {
	m, w, now := p.made, p.c.Catalog, p.c.Now()
	copyIt := control.NewButton(w.T("wizard.copy"), "copy", control.Secondary, p.copy)
	left := kit.NewCountdown(kit.CountdownConfig{
		Clock: p.c.Clock(p.scope), Ends: m.Expires, Total: time.Duration(p.c.About().Limits.TemporaryPasswordMinutes) * time.Minute, Edge: 24, Digits: look.CodeM,
		After: w.T("ui.temporary.until", w.Clock(m.Expires.In(now.Location()))), OnEnd: p.load,
	})
	return kit.Card(look.Pad(look.S24, look.V(look.S16,
		look.V(2, look.NewText(w.T("ui.temporary.for", m.Label), look.Heading, look.Ink).Wrapped(), look.Para(w.T("ui.temporary.once"), look.Ink2)),
		look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusCard), look.Inset(look.S24, look.S20, look.S24, look.S20,
			look.H(look.S16, look.Grow(control.NewSecret(control.SecretConfig{Name: w.T("ui.temporary.for", m.Label), Groups: strings.Split(m.Password, "-"), Join: "-", Role: look.CodeL, PerLine: 4, Copy: p.c.CopySecret})), copyIt))),
		look.Flow(look.S16, left, look.NewText(w.T("ui.temporary.any-number"), look.Caption, look.Ink2)),
	))), copyIt
}

// liveRow is the row of a live password: its purpose, its expiry and its last use.
func (p *temporaryPage) liveRow(t api.TemporaryPassword) kit.ListRow {
	w, now := p.c.Catalog, p.c.Now()
	used, from := w.T("ui.temporary.unused"), ""
	if t.LastUsed != nil {
		used = w.N("ui.temporary.used", t.Uses, w.Ago(now, t.LastUsed.At))
		from = w.T("ui.temporary.from", explain.Service(w, t.LastUsed.Protocol), t.LastUsed.Address)
	}
	sub := w.T("ui.temporary.row", explain.Service(w, t.Service), w.Clock(t.Expires.In(now.Location())))
	if t.Texted {
		sub = w.T("ui.temporary.texted", sub)
	}
	return kit.ListRow{Key: t.ID, State: []any{t.Label, t.Expires, sub, used, from}, Draw: func() fyne.CanvasObject {
		ring := kit.NewCountdown(kit.CountdownConfig{Clock: p.c.Clock(p.scope), Ends: t.Expires, Total: t.Expires.Sub(t.Created), Edge: 24, Bare: true, OnEnd: p.load})
		revoke := control.NewButton(w.T("ui.temporary.revoke-do"), "", control.Destroy, func() { p.revoke(t) }).Named(w.T("ui.temporary.revoke-name", t.Label))
		use := look.Scaled(148, 0, look.V(2, look.NewText(used, look.Caption, look.Ink).Wrapped(), look.NewText(from, look.Caption, look.Ink2).Wrapped()))
		return kit.TallRow(look.Scaled(32, 32, look.Centre(ring)), t.Label, sub, use, revoke)
	}}
}

// drawOver draws a password that no longer works.
func (p *temporaryPage) drawOver(t api.TemporaryPassword) fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	badge := kit.Badge(kit.Void, w.T("ui.temporary.revoked"))
	if t.State != "revoked" {
		badge = kit.Badge(kit.Off, w.T("ui.temporary.expired"))
	}
	return look.Inset(look.S16, look.S12, look.S16, look.S12, look.H(look.S16, look.Scaled(32, 32, look.Centre(look.NewIcon("clock", 20, look.Ink3))),
		look.Grow(look.V(2, look.NewText(t.Label, look.Strong, look.Ink2), look.NewText(w.T("ui.temporary.was", explain.Service(w, t.Service), shell.When(w, now, t.Expires)), look.Caption, look.Ink2).Wrapped())), badge))
}
