package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// An overviewPage answers one question first: if this phone died now, could you
// get back in? For an account with security keys alone it asks about a key, and while
// two-factor is off it says that.
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
	next := control.NewButton(recoveryWords(p.src.Value.Recovery, w, "ui.rescue.next."+string(step)+".do"), stepIcon(step), control.Primary, func() { p.take(step) })
	page := kit.Page{Title: w.T("ui.rail.overview")}
	if a := p.src.Value.Account; a.EmailDue { // R4: the console asks for the proof
		page.Body = append(page.Body, kit.NewBanner(look.Attention, w.T("ui.overview.email-due"), w.T("ui.overview.email-due-why", a.Email), "",
			control.NewLink(w.T("ui.settings.email-confirm"), func() { c.BeginCeremony(api.Begin{Kind: api.ChangeEmail}, shell.Overview) })))
	}
	page.Body = append(page.Body,
		p.answerCard(next),
		look.V(look.S8, kit.Section(w.T("ui.overview.methods")), p.methodCards()),
		look.V(look.S8, look.H(look.S8, kit.Section(w.T("ui.overview.recent")), look.Gap(), control.NewLink(w.T("ui.overview.all"), func() { c.Visit(shell.Activity) })), p.recentList()),
	)
	return shell.View{Content: c.Page(page), First: next, Bindings: control.Bindings{Enter: func() { next.Tapped(nil) }}, Ready: true}
}

// take opens the page for the next step.
func (p *overviewPage) take(s api.RecoveryStep) {
	switch s {
	case api.RecoverTurnOn:
		p.c.BeginCeremony(api.Begin{Kind: api.EnrollApp}, shell.Overview)
	case api.RecoverKey:
		p.c.BeginCeremony(api.Begin{Kind: api.EnrollKey}, shell.Overview)
	case api.RecoverCode, api.RecoverMoreCodes:
		p.c.Follow(shell.Route{Page: shell.BackupCodes, Arg: generateCode})
	case api.RecoverReplace:
		p.c.Follow(shell.Route{Page: shell.BackupCodes, Arg: replaceCodes})
	case api.RecoverCheck, api.RecoverCopy:
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
	case api.RecoverCheck, api.RecoverCopy:
		return "verify"
	}
	return "backup-codes"
}

// answerCard draws the question, the answer, the reason, what still works, and the
// one next step.
func (p *overviewPage) answerCard(next *control.Button) fyne.CanvasObject {
	w, r := p.c.Catalog, p.src.Value.Recovery
	shield, ink := "shield-half", look.Brass
	switch r.Level {
	case api.RecoveryFull:
		shield, ink = "two-factor", look.Accent
	case api.RecoveryNone:
		shield, ink = "shield-off", look.Danger
	}
	key, count := recoveryAnswer(r)
	answer := w.T(key)
	if count > 0 {
		answer = shell.Counted(w, key, count)
	}
	why := w.T(recoveryReason(r), assets.Args{"end": explain.LastDigits(p.src.Value.Account.Phone)})
	words := []fyne.CanvasObject{look.NewText(answer, look.Display, look.Ink).Wrapped(), look.Para(why, look.Ink2)}
	if question := recoveryQuestion(r, w); question != "" {
		words = append([]fyne.CanvasObject{look.NewText(question, look.Body, look.Ink2).Wrapped()}, words...)
	}
	if r.CodesVoid != nil {
		words = append(words, kit.Note("attention", w.T("ui.rescue.codes-void", voidWords(w, p.c.Now(), *r.CodesVoid))))
	}
	top := look.HTop(look.S20,
		look.Scaled(56, 56, look.Z(look.NewBox(look.Sunken, look.Hairline, 16), look.Centre(look.NewIcon(shield, 30, ink)))),
		look.Grow(look.V(look.S4, words...)))
	side := func(head string, options []api.RecoveryOption, works bool) fyne.CanvasObject {
		list := []fyne.CanvasObject{look.NewText(recoveryWords(r, w, head), look.Label, look.Ink2).Wrapped()}
		for _, o := range recoveryLines(options, !works, w, p.c.Now()) {
			ink, mark := look.Ink, look.Accent
			if !works {
				ink, mark = look.Ink2, look.Ink3
			}
			list = append(list, look.HTop(look.S12, look.NewIcon(o.icon, 18, mark), look.Grow(look.NewText(o.text, look.Body, ink).Wrapped())))
		}
		return look.Grow(look.V(look.S8, list...))
	}
	still := "ui.rescue.still"
	if r.BackIn == api.BackInOff {
		still = "ui.rescue.off-now"
	}
	sides := []fyne.CanvasObject{side(still, r.Keeps, true)}
	if len(r.Gone) > 0 {
		sides = append(sides, side("ui.rescue.gone", r.Gone, false))
	}
	key = "ui.rescue.next." + string(r.Next)
	foot := look.H(look.S16, look.Grow(look.V(2, look.NewText(recoveryWords(r, w, key), look.Strong, look.Ink).Wrapped(),
		look.NewText(recoveryWords(r, w, key+".why"), look.Caption, look.Ink2).Wrapped())), next)
	return kit.Card(look.V(0,
		look.Pad(look.S24, look.V(look.S20, top, look.HTop(look.S20, look.Scaled(56, 0, look.V(0)), look.Grow(look.HTop(look.S24, sides...))))),
		kit.Rule(0), look.Inset(look.S24, look.S16, look.S24, look.S16, foot)))
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
		row := control.NewTapRow(look.Pad(look.S16, look.V(look.S12, look.H(look.S8, look.NewIcon(wizard.MethodIcon(m), 22, look.Ink2), look.Gap(), badge),
			look.V(2, look.NewText(name, look.Strong, look.Ink).Wrapped(), look.NewText(state, look.Caption, look.Ink2).Wrapped()))), func() { c.Visit(to) })
		row.Name = name
		return look.Grow(kit.Card(row))
	}
	return look.HTop(look.S12,
		card(api.App, a.Methods.App, appState(w, c.Now(), a), shell.TwoFactor),
		card(api.SecurityKey, a.Methods.Keys > 0, keyState(w, a), shell.SecurityKeys),
		card(api.Text, a.Methods.Text, textState(w, a), shell.TwoFactor))
}

// recentList draws the newest events, one line each.
func (p *overviewPage) recentList() fyne.CanvasObject {
	w, now := p.c.Catalog, p.c.Now()
	if len(p.src.Value.Recent) == 0 {
		return kit.Card(look.Pad(look.S16, look.Para(w.T("ui.overview.nothing"), look.Ink2)))
	}
	var rows []fyne.CanvasObject
	for _, e := range p.src.Value.Recent {
		icon, ink := eventIcon(e)
		row := control.NewTapRow(look.Inset(look.S16, 10, look.S16, 10, look.H(look.S12, look.NewIcon(icon, 18, ink),
			look.Grow(look.NewText(explain.Event(w, e), look.Body, look.Ink)), look.NewText(explain.Client(w, e.Client, e.RemoteAddr), look.Caption, look.Ink2),
			look.Scaled(72, 0, look.NewText(w.Moment(now, e.At), look.Caption, look.Ink2).Trailing()))), func() { openEvent(p.c, e, p) })
		row.Name = explain.Event(w, e)
		rows = append(rows, row)
	}
	return kit.List(46, rows...)
}
