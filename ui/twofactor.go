package ui

import (
	"context"
	"time"

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

// A twoFactorPage turns the three methods on and off (R2, R5, R60).
type twoFactorPage struct {
	c     *shell.Console
	scope *shell.Scope
	src   shell.Source[twoFactorState]
	first fyne.Focusable // the button of the method that is recommended next
}

type twoFactorState struct {
	Account api.Account
	Open    *api.View // a ceremony that was left open; nil for none
}

func newTwoFactor(c *shell.Console) *twoFactorPage { return &twoFactorPage{c: c} }

func (p *twoFactorPage) Page() shell.PageID   { return shell.TwoFactor }
func (p *twoFactorPage) Enter(s *shell.Scope) { p.scope = s; p.load() }
func (p *twoFactorPage) OnTopic(topic string) {
	switch topic {
	case "", api.TopicAccount, api.TopicKeys, api.TopicBackupCodes, api.TopicCeremony:
		p.load()
	}
}

func (p *twoFactorPage) load() {
	open := p.c.OpenCeremony()
	p.src.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (s twoFactorState, err error) {
		if s.Account, err = server.Account(ctx); err != nil || open == "" {
			return s, err
		}
		if v, err := server.Ceremony(ctx, open); err == nil { // one that has expired is not offered
			v.Now = api.Time{}
			s.Open = &v
		}
		return s, nil
	}, p.c.Redraw)
}

func (p *twoFactorPage) begin(b api.Begin) { p.c.BeginCeremony(b, shell.TwoFactor) }

func (p *twoFactorPage) resume() { p.c.ResumeCeremony(*p.src.Value.Open, shell.TwoFactor) }

// drop cancels the ceremony that was left open, and asks first if a backup code is lost with
// it.
func (p *twoFactorPage) drop() {
	if _, code := p.src.Value.Open.Step.(api.SaveBackupCode); code {
		p.c.Confirm("ui.two-factor.drop-code", nil, p.dropNow)
		return
	}
	p.dropNow()
}

func (p *twoFactorPage) dropNow() {
	id := p.src.Value.Open.ID
	p.c.ForgetCeremony()
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		return p.load, server.Cancel(ctx, id)
	})
}

// deletePhone deletes the number after a confirmation, which says if this turns
// two-factor authentication off (R17).
func (p *twoFactorPage) deletePhone() {
	c, a := p.c, p.src.Value.Account
	if c.Blocked(a, api.ActDeletePhone) {
		return
	}
	var consequences []string
	if a.Methods.Text {
		consequences = append(consequences, c.Catalog.T("ui.phone.delete.text-off"))
		if !a.Methods.App && a.Methods.Keys == 0 {
			consequences = append(consequences, c.Catalog.T("ui.phone.delete.two-factor-off"))
		}
	}
	c.Confirm("ui.phone.delete", consequences, func() {
		c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
			return p.load, server.DeletePhone(ctx)
		})
	}, explain.PhoneNumber(a.Phone))
}

// Draw draws the three methods and the fallbacks.
func (p *twoFactorPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	crumbs := c.Breadcrumbs(shell.TwoFactor)
	if !p.src.Ready {
		return p.src.Waiting(c, w.T("ui.rail.two-factor"), crumbs, p.load)
	}
	a := p.src.Value.Account
	p.first = nil
	methods := []fyne.CanvasObject{p.drawApp(a), p.drawKeys(a), p.drawText(a)}
	page := kit.Page{
		Crumbs: crumbs,
		Title:  w.T("ui.rail.two-factor"),
		Lead:   w.T("ui.two-factor.lead"),
		Aside:  kit.Badge(kit.Off, w.T("ui.off")),
	}
	if a.TwoFactor {
		page.Aside = kit.Badge(kit.On, w.T("ui.on"))
	}
	if open := p.src.Value.Open; open != nil {
		what, why := explain.Open(w, *open, a)
		page.Body = append(page.Body, kit.NewBanner(look.Info, what, why, "",
			control.NewLink(w.T("ui.two-factor.go-on"), p.resume), control.NewLink(w.T("ui.two-factor.drop"), p.drop).Destroys()))
	}
	page.Body = append(page.Body, kit.List(0, methods...), p.drawFallbacks(a))
	return shell.View{Content: c.Page(page), First: p.first, Ready: true}
}

func (p *twoFactorPage) drawText(a api.Account) fyne.CanvasObject {
	w := p.c.Catalog
	button := p.setUp(api.EnrollText, api.Text)
	if !a.PhoneVerified {
		return p.drawMethod(api.Text, false, p.c.Unless(a, api.ActEnrollText, button), button)
	}
	change := control.NewLink(w.T("ui.phone.change"), func() { p.begin(api.Begin{Kind: api.ChangePhone}) })
	state := note("phone", lastNote(w, a, api.Text, explain.PhoneNumber(a.Phone)))
	reason := p.c.Unless(a, api.ActChangePhone, change)
	if a.Methods.Text {
		button = p.turnOff(api.Text)
	} else if why := p.c.Unless(a, api.ActEnrollText, button); why != nil {
		reason = why
	}
	if reason != nil {
		state = look.V(look.S4, state, reason)
	}
	return p.drawMethod(api.Text, a.Methods.Text, state, button, change, control.NewLink(w.T("ui.phone.delete-link"), p.deletePhone).Destroys())
}

func (p *twoFactorPage) drawApp(a api.Account) fyne.CanvasObject {
	w := p.c.Catalog
	if !a.Methods.App {
		return p.drawMethod(api.App, false, nil, p.setUp(api.EnrollApp, api.App))
	}
	return p.drawMethod(api.App, true, note("check", lastNote(w, a, api.App, appState(w, p.c.Now(), a))), p.turnOff(api.App))
}

func (p *twoFactorPage) drawKeys(a api.Account) fyne.CanvasObject {
	w := p.c.Catalog
	if a.Methods.Keys == 0 {
		return p.drawMethod(api.SecurityKey, false, nil, p.setUp(api.EnrollKey, api.SecurityKey))
	}
	manage := control.NewButton(w.T("ui.method.manage"), "", control.Secondary, func() { p.c.Visit(shell.SecurityKeys) }).Named(w.T("ui.method.manage-name"))
	another := control.NewLink(w.T("ui.keys.another"), func() { p.begin(api.Begin{Kind: api.EnrollKey}) })
	state := note("check", lastNote(w, a, api.SecurityKey, keyState(w, a)))
	if why := p.c.Unless(a, api.ActEnrollKey, another); why != nil {
		state = look.V(look.S4, state, why)
	}
	return p.drawMethod(api.SecurityKey, true, state, manage, another,
		control.NewLink(w.T("ui.method.turn-off-keys"), func() { p.begin(api.Begin{Kind: api.TurnOff, Method: api.SecurityKey}) }).Destroys())
}

// drawMethod draws one method with its button, and its state and links if it has
// any.
func (p *twoFactorPage) drawMethod(m api.Method, on bool, state fyne.CanvasObject, button *control.Button, links ...fyne.CanvasObject) fyne.CanvasObject {
	w := p.c.Catalog
	name := []fyne.CanvasObject{look.NewText(w.T("method."+string(m)), look.Heading, look.Ink), kit.Badge(kit.Off, w.T("ui.off"))}
	switch {
	case on:
		name[1] = kit.Badge(kit.On, w.T("ui.on"))
	case m == p.src.Value.Account.Recommended:
		name = append(name, kit.Badge(kit.Advised, w.T("ui.method.recommended")))
		p.first = button
	case p.first == nil && !button.Disabled():
		p.first = button
	}
	parts := []fyne.CanvasObject{
		look.Flow(look.S12, name...),
		look.Para(w.T("ui.method."+string(m)+".what"), look.Ink2),
	}
	if state != nil {
		parts = append(parts, look.Inset(0, look.S4, 0, 0, state))
	}
	if len(links) > 0 {
		parts = append(parts, look.Inset(0, look.S8, 0, 0, look.Flow(look.S20, links...)))
	}
	return look.Inset(look.S16, look.S20, look.S16, look.S20, look.HTop(look.S16, kit.Tile(wizard.MethodIcon(m), on), look.Grow(look.V(look.S4, parts...)), look.Scaled(112, 0, button)))
}

func (p *twoFactorPage) setUp(k api.Kind, m api.Method) *control.Button {
	w, kind := p.c.Catalog, control.Secondary
	if a := p.src.Value.Account; m == a.Recommended && !a.TwoFactor {
		kind = control.Primary
	}
	return control.NewButton(w.T("ui.method.set-up"), "", kind, func() { p.begin(api.Begin{Kind: k}) }).Named(w.T("ui.method.set-up-name", w.T("method."+string(m))))
}

func (p *twoFactorPage) turnOff(m api.Method) *control.Button {
	w := p.c.Catalog
	return control.NewButton(w.T("ui.method.turn-off"), "", control.Destroy, func() { p.begin(api.Begin{Kind: api.TurnOff, Method: m}) }).Named(w.T("ui.method.turn-off-name", w.T("method."+string(m))))
}

// drawFallbacks draws links to backup codes and temporary passwords, which help when a
// method fails.
func (p *twoFactorPage) drawFallbacks(a api.Account) fyne.CanvasObject {
	w := p.c.Catalog
	codes, temporary, aside := w.T("ui.fallback.codes-off"), w.T("ui.fallback.codes-off"), []fyne.CanvasObject{kit.Chevron()}
	if a.TwoFactor {
		temporary = w.T("ui.temporary.what")
		codes = w.T("ui.fallback.codes-none")
		if a.BackupCodes.Active > 0 {
			codes = w.N("ui.fallback.codes-next", a.BackupCodes.Active, a.BackupCodes.Next)
		}
		if a.BackupCodes.Low && a.BackupCodes.Active > 0 {
			aside = []fyne.CanvasObject{kit.Badge(kit.Caution, shell.Counted(w, "ui.codes.left", a.BackupCodes.Active)), kit.Chevron()}
		}
	}
	row := func(icon, key, text string, page shell.PageID, aside ...fyne.CanvasObject) fyne.CanvasObject {
		r := control.NewTapRow(kit.Row(kit.Tile(icon, false), w.T(key), text, aside...), func() { p.c.Visit(page) })
		r.Name = w.T(key)
		return r
	}
	return look.V(look.S8, kit.Section(w.T("ui.fallback")), kit.List(72,
		row("backup-codes", "ui.rail.backup-codes", codes, shell.BackupCodes, aside...),
		row("temporary-password", "ui.temporary.one", temporary, shell.TemporaryPasswords, kit.Chevron())))
}

// note is a line with an icon below a method.
func note(icon, text string) fyne.CanvasObject {
	return look.HTop(look.S8, look.NewIcon(icon, 16, look.Ink3), look.Grow(look.NewText(text, look.Caption, look.Ink2).Wrapped()))
}

// lastNote adds to a method's state that it was used last time (R40).
func lastNote(w *assets.Catalog, a api.Account, m api.Method, state string) string {
	if a.LastMethod == m {
		return w.T("ui.method.used-last", state)
	}
	return state
}

func textState(w *assets.Catalog, a api.Account) string {
	switch {
	case a.Methods.Text:
		return w.T("ui.method.text-on", explain.LastDigits(a.Phone))
	case a.PhoneVerified:
		return w.T("ui.method.text-phone", explain.LastDigits(a.Phone))
	case a.Refuses(api.ActEnrollText) != nil:
		return w.T("ui.method.text-unable")
	}
	return w.T("ui.method.text-off")
}

func appState(w *assets.Catalog, now time.Time, a api.Account) string {
	switch {
	case !a.Methods.App:
		return w.T("ui.method.app-off")
	case a.AppAdded != nil:
		return w.T("ui.method.added", shell.OnDay(w, now, *a.AppAdded))
	}
	return w.T("ui.method.app-on")
}

func keyState(w *assets.Catalog, a api.Account) string {
	if a.Methods.Keys == 0 {
		return w.T("ui.method.keys-none")
	}
	return w.N("ui.method.keys", a.Methods.Keys)
}
