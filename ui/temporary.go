package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// The numbers of R81 and R83.
const (
	temporaryLife = time.Hour
	maxTemporary  = 10
)

// A temporaryPage makes temporary passwords, shows each once, and lists those
// that are live with the time they have left (R80-R85).
type temporaryPage struct {
	c     *Console
	scope *Scope
	src   source[temporaryState]
	made  *madePassword
}

type temporaryState struct {
	Account api.Account
	List    []api.TemporaryPassword
}

// A madePassword is one that is shown this once.
type madePassword struct {
	api.NewTemporaryPassword
	Label string
}

func newTemporaryPasswords(c *Console) *temporaryPage { return &temporaryPage{c: c} }

func (p *temporaryPage) place() string  { return placeTemporary }
func (p *temporaryPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *temporaryPage) hear(what string) {
	if what == "" || what == api.TopicTemporaryPasswords || what == api.TopicAccount || what == api.TopicLabClock {
		p.load()
	}
}

func (p *temporaryPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) (s temporaryState, err error) {
		if s.Account, err = server.Account(ctx); err != nil {
			return s, err
		}
		s.List, err = server.TemporaryPasswords(ctx)
		return s, err
	}, p.c.redraw)
}

func (p *temporaryPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.rail.temporary-passwords"), c.temporaryCrumbs(), &p.src, p.load)
	}
	if p.made != nil && !p.made.Expires.After(c.now()) {
		p.made = nil
	}
	return c.drawTemporary(p.src.value, p.made, c.clock(p.scope), temporaryInputs{
		create:    p.ask,
		revoke:    p.revoke,
		revokeAll: p.revokeAll,
		copy:      func() { c.copySecret(p.made.Password) },
		ended:     p.load,
		setUp:     func() { c.visit(placeTwoFactor) },
	})
}

// services are what a temporary password may be limited to, by the names of the
// protocols that the account server speaks (R83). The first is no limit.
func services() []string { return []string{"", "http-basic", "oauth"} }

func serviceName(w *assets.Catalog, service string) string {
	if service == "" {
		return w.T("ui.service.any")
	}
	if key := "ui.service." + service; w.Has(key) {
		return w.T(key)
	}
	return service
}

// ask asks what the password is for.
func (p *temporaryPage) ask() {
	c, w := p.c, p.c.words
	var names []string
	for _, s := range services() {
		names = append(names, serviceName(w, s))
	}
	label := kit.NewTextField(w.T("ui.temporary.label"), w.T("ui.temporary.label-hint"), kit.InputConfig{Limit: 64})
	service := kit.NewSelector(kit.SelectorConfig{Options: names})
	var dialog *kit.Dialog
	dialog = kit.ShowDialog(c.window.Canvas(), kit.DialogConfig{
		Title: w.T("ui.temporary.new"), Words: w.T("ui.temporary.new-why"), Icon: "temporary-password",
		Body: []fyne.CanvasObject{label, kit.NewField(w.T("ui.temporary.service"), w.T("ui.temporary.service-hint"), service)},
		Do:   w.T("ui.temporary.make"), Keep: true,
		OnDo: func() {
			name := strings.TrimSpace(label.Text())
			if name == "" {
				label.Refuse(w.T("error.empty.label.what"))
				c.window.Canvas().Focus(label.Focus())
				return
			}
			dialog.Close()
			p.create(name, services()[service.Selected])
		},
	})
}

func (p *temporaryPage) create(label, service string) {
	p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		made, err := server.NewTemporaryPassword(ctx, label, service)
		return func() {
			p.made = &madePassword{NewTemporaryPassword: made, Label: label}
			p.c.refocus()
			p.c.redraw()
			if s := scrollIn(p.c.slot); s != nil {
				s.ScrollToTop()
			}
			p.load()
		}, err
	})
}

func (p *temporaryPage) revoke(t api.TemporaryPassword) {
	p.c.confirm("ui.temporary.revoke", nil, func() {
		p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { p.forget(t.ID); p.load() }, server.RevokeTemporaryPassword(ctx, t.ID)
		})
	}, t.Label)
}

func (p *temporaryPage) revokeAll() {
	p.c.confirm("ui.temporary.revoke-all", nil, func() {
		p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
			return func() { p.made = nil; p.load() }, server.RevokeTemporaryPasswords(ctx)
		})
	})
}

func (p *temporaryPage) forget(id string) {
	if p.made != nil && p.made.ID == id {
		p.made = nil
	}
}

type temporaryInputs struct {
	create, revokeAll, copy, ended, setUp func()
	revoke                                func(api.TemporaryPassword)
}

func (c *Console) temporaryCrumbs() []kit.Crumb {
	return c.crumbs(c.crumb(placeTwoFactor), kit.Crumb{Name: c.words.T("ui.temporary.one")})
}

func (c *Console) drawTemporary(s temporaryState, made *madePassword, clock kit.Clock, in temporaryInputs) drawn {
	w := c.words
	p := kit.Page{Crumbs: c.temporaryCrumbs(), Title: w.T("ui.rail.temporary-passwords"), Lead: w.T("ui.temporary.lead")}
	d := drawn{ready: true}
	if !s.Account.TwoFactor {
		set := kit.NewButton(w.T("ui.codes.set-up"), "two-factor", kit.Primary, in.setUp)
		p.Body = []fyne.CanvasObject{kit.EmptyState("temporary-password", kit.Info, w.T("ui.temporary.off"), w.T("ui.temporary.off-why"))}
		p.Lead, p.Actions = "", []fyne.CanvasObject{set}
		d.first, d.keys, d.content = set, kit.Bindings{Enter: in.setUp}, c.page(p)
		return d
	}
	add := kit.NewButton(w.T("ui.temporary.new"), "plus", kit.Primary, in.create)
	d.first, d.keys = add, kit.Bindings{Enter: func() { add.Tapped(nil) }}
	var live, over []fyne.CanvasObject
	for _, t := range s.List {
		if t.State == "live" && t.Expires.After(clock.Now()) {
			live = append(live, c.temporaryRow(t, clock, in))
		} else {
			over = append(over, c.overRow(t))
		}
	}
	p.Actions = []fyne.CanvasObject{kit.NewText(w.T("ui.keys.of", len(live), maxTemporary), kit.Caption, kit.Ink3), add}
	if made != nil {
		card, first := c.madePassword(made, clock, in)
		p.Body = append(p.Body, card)
		d.first = first
	}
	switch {
	case len(live) > 0:
		all := kit.NewLink(w.T("ui.temporary.revoke-all-link"), in.revokeAll)
		p.Body = append(p.Body, kit.V(kit.S8, kit.H(kit.S8, kit.Section(w.T("ui.temporary.live")), kit.Gap(), all), kit.List(64, live...)))
	case made == nil:
		p.Body = append(p.Body, kit.EmptyState("temporary-password", kit.Info, w.T("ui.temporary.none"), w.T("ui.temporary.none-why")))
	}
	if len(over) > 0 {
		p.Body = append(p.Body, kit.V(kit.S8, kit.Section(w.T("ui.temporary.over")), kit.List(64, over[:min(len(over), maxTemporary)]...)))
	}
	d.content = c.page(p)
	return d
}

// madePassword is the card with a password that is shown this once (R81).
func (c *Console) madePassword(m *madePassword, clock kit.Clock, in temporaryInputs) (fyne.CanvasObject, fyne.Focusable) {
	w, now := c.words, clock.Now()
	copyIt := kit.NewButton(w.T("wizard.copy"), "copy", kit.Secondary, in.copy)
	left := kit.NewCountdown(kit.CountdownConfig{
		Clock: clock, Ends: m.Expires, Total: temporaryLife, Edge: 24, Digits: kit.CodeM,
		After: w.T("ui.temporary.until", w.Clock(m.Expires.In(now.Location()))), OnEnd: in.ended,
	})
	return kit.Card(kit.Pad(kit.S24, kit.V(kit.S16,
		kit.V(2, kit.NewText(w.T("ui.temporary.for", m.Label), kit.Heading, kit.Ink).Wrapped(), kit.Para(w.T("ui.temporary.once"), kit.Ink2)),
		kit.Z(kit.NewBox(kit.Sunken, kit.Hairline, kit.RadiusCard), kit.Inset(kit.S24, kit.S20, kit.S24, kit.S20,
			kit.H(kit.S16, kit.Grow(kit.Groups(kit.CodeL, kit.Ink, 4, strings.Split(m.Password, "-")...)), copyIt))),
		kit.Flow(kit.S16, left, kit.NewText(w.T("ui.temporary.any-number"), kit.Caption, kit.Ink3)),
	))), copyIt
}

// temporaryRow is one that is live: what it is for, until when, and its last use.
func (c *Console) temporaryRow(t api.TemporaryPassword, clock kit.Clock, in temporaryInputs) fyne.CanvasObject {
	w, now := c.words, clock.Now()
	ring := kit.NewCountdown(kit.CountdownConfig{Clock: clock, Ends: t.Expires, Total: temporaryLife, Edge: 24, Bare: true, OnEnd: in.ended})
	used, from := w.T("ui.temporary.unused"), ""
	if t.LastUsed != nil {
		used = w.N("ui.temporary.used", t.Uses, w.Ago(now, t.LastUsed.At))
		from = w.T("ui.temporary.from", serviceName(w, t.LastUsed.Protocol), t.LastUsed.Address)
	}
	sub := w.T("ui.temporary.row", serviceName(w, t.Service), w.Clock(t.Expires.In(now.Location())))
	if t.Texted {
		sub = w.T("ui.temporary.texted", sub)
	}
	revoke := kit.NewButton(w.T("ui.temporary.revoke-do"), "", kit.Secondary, func() { in.revoke(t) }).Named(w.T("ui.temporary.revoke-name", t.Label))
	return kit.Inset(kit.S16, kit.S12, kit.S16, kit.S12, kit.H(kit.S16, kit.Scaled(32, 32, kit.Centre(ring)),
		kit.Grow(kit.V(2, kit.NewText(t.Label, kit.Strong, kit.Ink), kit.NewText(sub, kit.Caption, kit.Ink2).Wrapped())),
		kit.Scaled(148, 0, kit.V(2, kit.NewText(used, kit.Caption, kit.Ink).Wrapped(), kit.NewText(from, kit.Caption, kit.Ink2).Wrapped())), revoke))
}

// overRow is one that no longer works.
func (c *Console) overRow(t api.TemporaryPassword) fyne.CanvasObject {
	w, now := c.words, c.now()
	badge := kit.Badge(kit.Void, w.T("ui.temporary.revoked"))
	if t.State != "revoked" {
		badge = kit.Badge(kit.Off, w.T("ui.temporary.expired"))
	}
	return kit.Inset(kit.S16, kit.S12, kit.S16, kit.S12, kit.H(kit.S16, kit.Scaled(32, 32, kit.Centre(kit.NewIcon("clock", 20, kit.Ink3))),
		kit.Grow(kit.V(2, kit.NewText(t.Label, kit.Strong, kit.Ink3), kit.NewText(w.T("ui.temporary.was", serviceName(w, t.Service), when(w, now, t.Expires)), kit.Caption, kit.Ink2).Wrapped())), badge))
}
