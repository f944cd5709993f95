package ui

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
	"nightlatch/ui/wizard"
)

// A twoFactorPage turns the three methods on and off (R2, R5, R60).
type twoFactorPage struct {
	c     *Console
	scope *Scope
	src   source[twoFactorState]
}

type twoFactorState struct {
	Account api.Account
	Open    *api.View // a ceremony that was left open
}

func newTwoFactor(c *Console) *twoFactorPage { return &twoFactorPage{c: c} }

func (p *twoFactorPage) place() string  { return placeTwoFactor }
func (p *twoFactorPage) enter(s *Scope) { p.scope = s; p.load() }
func (p *twoFactorPage) hear(what string) {
	if what == "" || what == api.TopicAccount || what == api.TopicKeys || what == api.TopicBackupCodes || what == api.TopicCeremony {
		p.load()
	}
}

func (p *twoFactorPage) load() {
	open := p.c.cfg.Prefs.String(p.c.prefOpen())
	fetch(p.c, p.scope, &p.src, func(ctx context.Context, server *client.Client) (s twoFactorState, err error) {
		if s.Account, err = server.Account(ctx); err != nil || open == "" {
			return s, err
		}
		if v, err := server.Ceremony(ctx, open); err == nil { // one that is gone is simply not offered
			v.Now = api.Time{}
			s.Open = &v
		}
		return s, nil
	}, p.c.redraw)
}

func (p *twoFactorPage) draw() drawn {
	c := p.c
	crumbs := c.crumbs(kit.Crumb{Name: c.words.T("ui.rail.two-factor")})
	if !p.src.ready {
		return loading(c, c.words.T("ui.rail.two-factor"), crumbs, &p.src, p.load)
	}
	return c.drawTwoFactor(p.src.value, twoFactorInputs{
		enrol:   func(k api.Kind) { c.enrol(k, placeTwoFactor) },
		turnOff: func(m api.Method) { c.show(newWizard(c, api.Begin{Kind: api.TurnOff, Method: m}, placeTwoFactor)) },
		change:  func() { c.show(newWizard(c, api.Begin{Kind: api.ChangePhone}, placeTwoFactor)) },
		forget:  p.deletePhone,
		resume: func() {
			v := *p.src.value.Open
			page := newWizard(c, api.Begin{Kind: v.Kind, Method: methodOf(v)}, placeTwoFactor)
			page.open = &v
			c.show(page)
		},
		drop: func() {
			id := p.src.value.Open.ID
			c.cfg.Prefs.RemoveValue(c.prefOpen())
			c.act(func(ctx context.Context, server *client.Client) (func(), error) {
				return p.load, server.Cancel(ctx, id)
			})
		},
	})
}

// deletePhone forgets the number; where text is the only method that turns
// two-factor authentication off, which is said first (R17).
func (p *twoFactorPage) deletePhone() {
	c, a := p.c, p.src.value.Account
	var what []string
	if a.Methods.Text {
		what = append(what, c.words.T("ui.phone.delete.text-off"))
		if !a.Methods.App && a.Methods.Keys == 0 {
			what = append(what, c.words.T("ui.phone.delete.two-factor-off"))
		}
	}
	c.confirm("ui.phone.delete", what, func() {
		c.act(func(ctx context.Context, server *client.Client) (func(), error) {
			return p.load, server.DeletePhone(ctx)
		})
	}, explain.PhoneNumber(a.Phone))
}

// twoFactorInputs are what one can do on the page.
type twoFactorInputs struct {
	enrol                        func(api.Kind)
	turnOff                      func(api.Method)
	change, forget, resume, drop func()
}

func (c *Console) drawTwoFactor(s twoFactorState, in twoFactorInputs) drawn {
	w, a := c.words, s.Account
	var first fyne.Focusable
	block := func(m api.Method, on bool, note fyne.CanvasObject, button *kit.Button, links ...fyne.CanvasObject) fyne.CanvasObject {
		badge := kit.Badge(kit.Off, w.T("ui.off"))
		if on {
			badge = kit.Badge(kit.On, w.T("ui.on"))
		}
		if first == nil && !on {
			first = button
		}
		parts := []fyne.CanvasObject{
			kit.H(kit.S12, kit.NewText(w.T("method."+string(m)), kit.Heading, kit.Ink), badge, kit.Gap()),
			kit.Para(w.T("ui.method."+string(m)+".what"), kit.Ink2),
		}
		if note != nil {
			parts = append(parts, kit.Inset(0, kit.S4, 0, 0, note))
		}
		if len(links) > 0 {
			parts = append(parts, kit.Inset(0, kit.S8, 0, 0, kit.Flow(kit.S20, links...)))
		}
		return kit.Inset(kit.S16, kit.S20, kit.S16, kit.S20, kit.HTop(kit.S16, kit.Tile(wizard.MethodIcon(m), on), kit.Grow(kit.V(kit.S4, parts...)), kit.Scaled(112, 0, button)))
	}
	note := func(icon, words string) fyne.CanvasObject {
		return kit.HTop(kit.S8, kit.NewIcon(icon, 16, kit.Ink3), kit.Grow(kit.NewText(words, kit.Caption, kit.Ink2).Wrapped()))
	}
	setUp := func(k api.Kind, m api.Method) *kit.Button {
		return kit.NewButton(w.T("ui.method.set-up"), "", kit.Secondary, func() { in.enrol(k) }).Named(w.T("ui.method.set-up-name", w.T("method."+string(m))))
	}
	off := func(m api.Method) *kit.Button {
		return kit.NewButton(w.T("ui.method.turn-off"), "", kit.Secondary, func() { in.turnOff(m) }).Named(w.T("ui.method.turn-off-name", w.T("method."+string(m))))
	}

	// Each block is made once: the first one that is off has the keyboard.
	var text, app, key fyne.CanvasObject
	if a.PhoneVerified {
		links := []fyne.CanvasObject{kit.NewLink(w.T("ui.phone.change"), in.change), kit.NewLink(w.T("ui.phone.delete-link"), in.forget)}
		button := setUp(api.EnrollText, api.Text)
		if a.Methods.Text {
			button = off(api.Text)
		}
		text = block(api.Text, a.Methods.Text, note("phone", c.phoneNote(a)), button, links...)
	} else {
		text = block(api.Text, false, nil, setUp(api.EnrollText, api.Text))
	}
	if a.Methods.App {
		app = block(api.App, true, note("check", c.lastNote(a, api.App, c.appState(a))), off(api.App))
	} else {
		app = block(api.App, false, nil, setUp(api.EnrollApp, api.App))
	}
	if a.Methods.Keys > 0 {
		manage := kit.NewButton(w.T("ui.method.manage"), "", kit.Secondary, func() { c.visit(placeKeys) }).Named(w.T("ui.method.manage-name"))
		key = block(api.SecurityKey, true, note("check", c.lastNote(a, api.SecurityKey, c.keyState(a))), manage,
			kit.NewLink(w.T("ui.keys.another"), func() { in.enrol(api.EnrollKey) }),
			kit.NewLink(w.T("ui.method.turn-off-keys"), func() { in.turnOff(api.SecurityKey) }))
	} else {
		key = block(api.SecurityKey, false, nil, setUp(api.EnrollKey, api.SecurityKey))
	}
	p := kit.Page{
		Crumbs: c.crumbs(kit.Crumb{Name: w.T("ui.rail.two-factor")}),
		Title:  w.T("ui.rail.two-factor"),
		Lead:   w.T("ui.two-factor.lead"),
		Aside:  kit.Badge(kit.Off, w.T("ui.off")),
	}
	if a.TwoFactor {
		p.Aside = kit.Badge(kit.On, w.T("ui.on"))
	}
	if s.Open != nil {
		title := w.T("wizard.title." + string(s.Open.Kind))
		p.Body = append(p.Body, kit.NewBanner(kit.Info, w.T("ui.two-factor.open", title), w.T("ui.two-factor.open-why"), "",
			kit.NewLink(w.T("ui.two-factor.go-on"), in.resume), kit.NewLink(w.T("ui.two-factor.drop"), in.drop)))
	}
	p.Body = append(p.Body, kit.List(0, text, app, key), c.fallbacks(a))
	return drawn{content: c.page(p), first: first, ready: true}
}

// fallbacks leads to what helps on the day a method fails.
func (c *Console) fallbacks(a api.Account) fyne.CanvasObject {
	w := c.words
	codes, aside := w.T("ui.fallback.codes-off"), []fyne.CanvasObject{kit.Chevron()}
	if a.TwoFactor {
		codes = w.N("ui.fallback.codes", a.BackupCodes.Active)
		if a.BackupCodes.Active > 0 {
			codes = w.N("ui.fallback.codes-next", a.BackupCodes.Active, a.BackupCodes.Next)
		}
		if wizard.FewCodes(a) && a.BackupCodes.Active > 0 {
			aside = []fyne.CanvasObject{kit.Badge(kit.Caution, counted(w, "ui.codes.left", a.BackupCodes.Active)), kit.Chevron()}
		}
	}
	row := func(icon, key, say, place string, aside ...fyne.CanvasObject) fyne.CanvasObject {
		r := kit.NewTapRow(kit.Row(kit.Tile(icon, false), w.T(key), say, aside...), func() { c.visit(place) })
		r.Name = w.T(key)
		return r
	}
	return kit.V(kit.S8, kit.Section(w.T("ui.fallback")), kit.List(72,
		row("backup-codes", "ui.rail.backup-codes", codes, placeBackup, aside...),
		row("temporary-password", "ui.temporary.one", w.T("ui.temporary.what"), placeTemporary, kit.Chevron())))
}

func (c *Console) phoneNote(a api.Account) string {
	return c.lastNote(a, api.Text, explain.PhoneNumber(a.Phone))
}

// lastNote adds to a method's state that it was used last time (R40).
func (c *Console) lastNote(a api.Account, m api.Method, say string) string {
	if a.LastMethod == m {
		return c.words.T("ui.method.used-last", say)
	}
	return say
}
