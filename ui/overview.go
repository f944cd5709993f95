package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// An overviewPage answers one question first: if this phone died now, could you
// get back in?
type overviewPage struct {
	c     *Console
	scope *Scope
	src   source[standing]
}

func newOverview(c *Console) *overviewPage { return &overviewPage{c: c} }

func (p *overviewPage) place() string { return placeOverview }

func (p *overviewPage) enter(s *Scope) { p.scope = s; p.load() }

func (p *overviewPage) hear(string) { p.load() }

// recentEvents is how many of the newest the overview shows.
const recentEvents = 3

func (p *overviewPage) load() {
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) (s standing, err error) {
		if s.Account, err = server.Account(ctx); err != nil {
			return s, err
		}
		if s.Keys, err = server.Keys(ctx); err != nil {
			return s, err
		}
		if s.Sessions, err = server.Sessions(ctx); err != nil {
			return s, err
		}
		for i := range s.Sessions {
			s.Sessions[i].LastSeen = api.Time{} // it changes with every look, and isn't shown
		}
		s.Recent, err = server.Activity(ctx, "", recentEvents)
		return s, err
	}, p.c.redraw)
}

func (p *overviewPage) draw() drawn {
	c := p.c
	if !p.src.ready {
		return loading(c, c.words.T("ui.rail.overview"), nil, &p.src, p.load)
	}
	return c.drawOverview(p.src.value, map[step]func(){
		stepTurnOn:   func() { c.enrol(api.EnrollApp, placeOverview) },
		stepCode:     func() { c.showBackup(backupGenerate) },
		stepMoreCode: func() { c.showBackup(backupGenerate) },
		stepKey:      func() { c.enrol(api.EnrollKey, placeOverview) },
		stepCopied:   func() { c.visit(placeKeys) },
		stepCheck:    func() { c.showBackup(backupCheck) },
	})
}

// stepIcon is the icon of the button for a step.
func stepIcon(s step) string {
	switch s {
	case stepTurnOn:
		return "two-factor"
	case stepKey, stepCopied:
		return "key"
	case stepCheck:
		return "verify"
	}
	return "backup-codes"
}

// drawOverview draws the answer, the methods and what happened lately.
func (c *Console) drawOverview(s standing, take map[step]func()) drawn {
	w, now := c.words, c.now()
	r := judge(s, w, now)
	next := kit.NewButton(w.T("ui.rescue.next."+string(r.Next)+".do"), stepIcon(r.Next), kit.Primary, take[r.Next])
	p := kit.Page{Title: w.T("ui.rail.overview"), Body: []fyne.CanvasObject{
		c.answerCard(s, r, next),
		kit.V(kit.S8, kit.Section(w.T("ui.overview.methods")), c.methodCards(s)),
		kit.V(kit.S8, kit.H(kit.S8, kit.Section(w.T("ui.overview.recent")), kit.Gap(), kit.NewLink(w.T("ui.overview.all"), func() { c.visit(placeActivity) })), c.recentList(s.Recent)),
	}}
	return drawn{content: c.page(p), first: next, keys: kit.Bindings{Enter: func() { next.Tapped(nil) }}, ready: true}
}

// answerCard is the question, the answer, why, what still works, and the one next step.
func (c *Console) answerCard(s standing, r rescue, next *kit.Button) fyne.CanvasObject {
	w := c.words
	shield, ink := "shield-half", kit.Brass
	switch r.Shield {
	case "full":
		shield, ink = "two-factor", kit.Accent
	case "off":
		shield, ink = "shield-off", kit.Danger
	}
	answer := w.T(r.Answer, r.Args)
	if r.Count > 0 {
		answer = counted(w, r.Answer, r.Count)
	}
	why := w.T(r.Why, assets.Args{"end": explain.LastDigits(s.Account.Phone)})
	top := kit.HTop(kit.S20,
		kit.Sized(56, 56, kit.Z(kit.NewBox(kit.Sunken, kit.Hairline, 16), kit.Centre(kit.NewIcon(shield, 30, ink)))),
		kit.Grow(kit.V(kit.S4, kit.NewText(w.T("ui.rescue.question"), kit.Body, kit.Ink2).Wrapped(),
			kit.NewText(answer, kit.Display, kit.Ink).Wrapped(), kit.Para(why, kit.Ink2))))
	side := func(head string, ways []way, still bool) fyne.CanvasObject {
		list := []fyne.CanvasObject{kit.NewText(w.T(head), kit.Label, kit.Ink3).Wrapped()}
		for _, one := range ways {
			ink, mark := kit.Ink, kit.Accent
			if !still {
				ink, mark = kit.Ink3, kit.Ink3
			}
			list = append(list, kit.HTop(kit.S12, kit.NewIcon(one.icon, 18, mark), kit.Grow(kit.NewText(one.say(w), kit.Body, ink).Wrapped())))
		}
		return kit.Grow(kit.V(kit.S8, list...))
	}
	sides := []fyne.CanvasObject{side("ui.rescue.still", r.Keep, true)}
	if len(r.Gone) > 0 {
		sides = append(sides, side("ui.rescue.gone", r.Gone, false))
	}
	key := "ui.rescue.next." + string(r.Next)
	foot := kit.H(kit.S16, kit.Grow(kit.V(2, kit.NewText(w.T(key), kit.Strong, kit.Ink).Wrapped(),
		kit.NewText(w.T(key+".why"), kit.Caption, kit.Ink2).Wrapped())), next)
	return kit.Card(kit.V(0,
		kit.Pad(kit.S24, kit.V(kit.S20, top, kit.Inset(76, 0, 0, 0, kit.HTop(kit.S24, sides...)))),
		kit.Rule(0), kit.Inset(kit.S24, kit.S16, kit.S24, kit.S16, foot)))
}

// methodCards are the three methods, side by side.
func (c *Console) methodCards(s standing) fyne.CanvasObject {
	w, a := c.words, s.Account
	card := func(m api.Method, on bool, say string, to string) fyne.CanvasObject {
		badge := kit.Badge(kit.Off, w.T("ui.off"))
		if on {
			badge = kit.Badge(kit.On, w.T("ui.on"))
		}
		name := w.T("method." + string(m))
		row := kit.NewTapRow(kit.Pad(kit.S16, kit.V(kit.S12, kit.H(kit.S8, kit.NewIcon(wizard.MethodIcon(m), 22, kit.Ink2), kit.Gap(), badge),
			kit.V(2, kit.NewText(name, kit.Strong, kit.Ink), kit.NewText(say, kit.Caption, kit.Ink2)))), func() { c.visit(to) })
		row.Name = name
		return kit.Grow(kit.Card(row))
	}
	return kit.HTop(kit.S12,
		card(api.Text, a.Methods.Text, c.textState(a), placeTwoFactor),
		card(api.App, a.Methods.App, c.appState(a), placeTwoFactor),
		card(api.SecurityKey, a.Methods.Keys > 0, c.keyState(a), placeKeys))
}

func (c *Console) textState(a api.Account) string {
	switch {
	case a.Methods.Text:
		return c.words.T("ui.method.text-on", explain.LastDigits(a.Phone))
	case a.PhoneVerified:
		return c.words.T("ui.method.text-phone", explain.LastDigits(a.Phone))
	}
	return c.words.T("ui.method.text-off")
}

func (c *Console) appState(a api.Account) string {
	switch {
	case !a.Methods.App:
		return c.words.T("ui.method.app-off")
	case a.AppAdded != nil:
		return c.words.T("ui.method.added", onDay(c.words, c.now(), *a.AppAdded))
	}
	return c.words.T("ui.method.app-on")
}

func (c *Console) keyState(a api.Account) string {
	if a.Methods.Keys == 0 {
		return c.words.T("ui.method.keys-none")
	}
	return c.words.N("ui.method.keys", a.Methods.Keys)
}

// recentList is the newest events, a line each.
func (c *Console) recentList(events []api.Activity) fyne.CanvasObject {
	w, now := c.words, c.now()
	if len(events) == 0 {
		return kit.Card(kit.Pad(kit.S16, kit.Para(w.T("ui.overview.nothing"), kit.Ink2)))
	}
	var rows []fyne.CanvasObject
	for _, e := range events {
		icon, ink := eventIcon(e)
		rows = append(rows, kit.Inset(kit.S16, 10, kit.S16, 10, kit.H(kit.S12, kit.NewIcon(icon, 18, ink),
			kit.Grow(kit.NewText(eventTitle(w, e), kit.Body, kit.Ink)), kit.NewText(eventPlace(w, e), kit.Caption, kit.Ink3),
			kit.Scaled(72, 0, kit.NewText(w.Moment(now, e.At), kit.Caption, kit.Ink2).Trailing()))))
	}
	return kit.List(46, rows...)
}

// enrol opens the wizard for a method.
func (c *Console) enrol(kind api.Kind, from string) {
	c.show(newWizard(c, api.Begin{Kind: kind}, from))
}
