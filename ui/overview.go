package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// An overviewPage answers one question first: if this phone died now, could you
// get back in?
type overviewPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[recoveryState]
}

func newOverview(c *shell.Console) *overviewPage { return &overviewPage{c: c} }

func (p *overviewPage) Page() shell.PageID { return shell.Overview }

func (p *overviewPage) Enter(s *shell.Scope) { p.scope = s; p.load() }

func (p *overviewPage) OnTopic(string) { p.load() }

// recentEvents is how many of the newest events the overview shows.
const recentEvents = 3

func (p *overviewPage) load() {
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (s recoveryState, err error) {
		if s.Account, err = server.Account(ctx); err != nil {
			return s, err
		}
		if s.Recovery, err = server.Recovery(ctx); err != nil {
			return s, err
		}
		s.Recent, err = server.Activity(ctx, "", recentEvents)
		return s, err
	}, p.c.Redraw)
}

// Draw draws the answer, the methods and the newest events.
func (p *overviewPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	if !p.src.Ready {
		return p.src.Waiting(c, w.T("ui.rail.overview"), nil, p.load)
	}
	step := p.src.Value.Recovery.Next
	next := kit.NewButton(w.T("ui.rescue.next."+string(step)+".do"), stepIcon(step), kit.Primary, func() { p.take(step) })
	page := kit.Page{Title: w.T("ui.rail.overview"), Body: []fyne.CanvasObject{
		p.answerCard(next),
		kit.V(kit.S8, kit.Section(w.T("ui.overview.methods")), p.methodCards()),
		kit.V(kit.S8, kit.H(kit.S8, kit.Section(w.T("ui.overview.recent")), kit.Gap(), kit.NewLink(w.T("ui.overview.all"), func() { c.Visit(shell.Activity) })), p.recentList()),
	}}
	return shell.View{Content: c.Page(page), First: next, Bindings: kit.Bindings{Enter: func() { next.Tapped(nil) }}, Ready: true}
}

// take leads to where the next step is done.
func (p *overviewPage) take(s api.RecoveryStep) {
	switch s {
	case api.RecoverTurnOn:
		p.c.BeginCeremony(api.Begin{Kind: api.EnrollApp}, shell.Overview)
	case api.RecoverKey:
		p.c.BeginCeremony(api.Begin{Kind: api.EnrollKey}, shell.Overview)
	case api.RecoverCode, api.RecoverMoreCodes:
		p.c.Follow(shell.Route{Page: shell.BackupCodes, Arg: generateCode})
	case api.RecoverCheck:
		p.c.Follow(shell.Route{Page: shell.BackupCodes, Arg: checkCode})
	case api.RecoverCopied:
		p.c.Visit(shell.SecurityKeys)
	}
}

// stepIcon is the icon of the button for a step.
func stepIcon(s api.RecoveryStep) string {
	switch s {
	case api.RecoverTurnOn:
		return "two-factor"
	case api.RecoverKey, api.RecoverCopied:
		return "key"
	case api.RecoverCheck:
		return "verify"
	}
	return "backup-codes"
}

// answerCard draws the question, the answer, the reason, what still works, and the
// one next step.
func (p *overviewPage) answerCard(next *kit.Button) fyne.CanvasObject {
	w, r := p.c.Catalog, p.src.Value.Recovery
	shield, ink := "shield-half", kit.Brass
	switch r.Level {
	case api.RecoveryFull:
		shield, ink = "two-factor", kit.Accent
	case api.RecoveryNone:
		shield, ink = "shield-off", kit.Danger
	}
	key, count := recoveryAnswer(r)
	answer := w.T(key)
	if count > 0 {
		answer = shell.Counted(w, key, count)
	}
	why := w.T(recoveryReason(r), assets.Args{"end": explain.LastDigits(p.src.Value.Account.Phone)})
	top := kit.HTop(kit.S20,
		kit.Sized(56, 56, kit.Z(kit.NewBox(kit.Sunken, kit.Hairline, 16), kit.Centre(kit.NewIcon(shield, 30, ink)))),
		kit.Grow(kit.V(kit.S4, kit.NewText(w.T("ui.rescue.question"), kit.Body, kit.Ink2).Wrapped(),
			kit.NewText(answer, kit.Display, kit.Ink).Wrapped(), kit.Para(why, kit.Ink2))))
	side := func(head string, options []api.RecoveryOption, works bool) fyne.CanvasObject {
		list := []fyne.CanvasObject{kit.NewText(w.T(head), kit.Label, kit.Ink3).Wrapped()}
		for _, o := range recoveryLines(options, w, p.c.Now()) {
			ink, mark := kit.Ink, kit.Accent
			if !works {
				ink, mark = kit.Ink3, kit.Ink3
			}
			list = append(list, kit.HTop(kit.S12, kit.NewIcon(o.icon, 18, mark), kit.Grow(kit.NewText(o.text, kit.Body, ink).Wrapped())))
		}
		return kit.Grow(kit.V(kit.S8, list...))
	}
	sides := []fyne.CanvasObject{side("ui.rescue.still", r.Keeps, true)}
	if len(r.Gone) > 0 {
		sides = append(sides, side("ui.rescue.gone", r.Gone, false))
	}
	key = "ui.rescue.next." + string(r.Next)
	foot := kit.H(kit.S16, kit.Grow(kit.V(2, kit.NewText(w.T(key), kit.Strong, kit.Ink).Wrapped(),
		kit.NewText(w.T(key+".why"), kit.Caption, kit.Ink2).Wrapped())), next)
	return kit.Card(kit.V(0,
		kit.Pad(kit.S24, kit.V(kit.S20, top, kit.Inset(76, 0, 0, 0, kit.HTop(kit.S24, sides...)))),
		kit.Rule(0), kit.Inset(kit.S24, kit.S16, kit.S24, kit.S16, foot)))
}

// methodCards draws the three methods side by side.
func (p *overviewPage) methodCards() fyne.CanvasObject {
	c, w, a := p.c, p.c.Catalog, p.src.Value.Account
	card := func(m api.Method, on bool, state string, to shell.PageID) fyne.CanvasObject {
		badge := kit.Badge(kit.Off, w.T("ui.off"))
		if on {
			badge = kit.Badge(kit.On, w.T("ui.on"))
		}
		name := w.T("method." + string(m))
		row := kit.NewTapRow(kit.Pad(kit.S16, kit.V(kit.S12, kit.H(kit.S8, kit.NewIcon(wizard.MethodIcon(m), 22, kit.Ink2), kit.Gap(), badge),
			kit.V(2, kit.NewText(name, kit.Strong, kit.Ink).Wrapped(), kit.NewText(state, kit.Caption, kit.Ink2).Wrapped()))), func() { c.Visit(to) })
		row.Name = name
		return kit.Grow(kit.Card(row))
	}
	return kit.HTop(kit.S12,
		card(api.Text, a.Methods.Text, textState(w, a), shell.TwoFactor),
		card(api.App, a.Methods.App, appState(w, c.Now(), a), shell.TwoFactor),
		card(api.SecurityKey, a.Methods.Keys > 0, keyState(w, a), shell.SecurityKeys))
}

// recentList draws the newest events, one line each.
func (p *overviewPage) recentList() fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	if len(p.src.Value.Recent) == 0 {
		return kit.Card(kit.Pad(kit.S16, kit.Para(w.T("ui.overview.nothing"), kit.Ink2)))
	}
	var rows []fyne.CanvasObject
	for _, e := range p.src.Value.Recent {
		icon, ink := eventIcon(e)
		rows = append(rows, kit.Inset(kit.S16, 10, kit.S16, 10, kit.H(kit.S12, kit.NewIcon(icon, 18, ink),
			kit.Grow(kit.NewText(eventTitle(w, e), kit.Body, kit.Ink)), kit.NewText(eventClient(w, e), kit.Caption, kit.Ink3),
			kit.Scaled(72, 0, kit.NewText(w.Moment(now, e.At), kit.Caption, kit.Ink2).Trailing()))))
	}
	return kit.List(46, rows...)
}
