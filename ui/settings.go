package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit"
)

// A settingsPage is how the window looks, how the account is reached, and what
// the account server is.
type settingsPage struct{ c *Console }

func newSettings(c *Console) *settingsPage { return &settingsPage{c: c} }

func (p *settingsPage) place() string { return placeSettings }
func (p *settingsPage) enter(*Scope)  { p.c.reload(p.c.redraw) }

func (p *settingsPage) hear(what string) {
	if what == "" || what == api.TopicAccount {
		p.c.reload(p.c.redraw)
	}
}

func (p *settingsPage) draw() drawn {
	c := p.c
	size := c.cfg.Prefs.IntWithFallback(prefTextSize, 100)
	return c.drawSettings(settingsView{
		account: c.account, about: c.about, address: c.cfg.Address, version: c.cfg.Version,
		appearance: max(0, slices.Index(appearances(), c.cfg.Prefs.String(prefAppearance))),
		textSize:   max(0, slices.Index(textSizes(), size)),
		language:   max(0, slices.Index(assets.Languages(), c.cfg.Language)),
	}, settingsInputs{
		appearance: func(i int) { c.cfg.Prefs.SetString(prefAppearance, appearances()[i]); c.dress() },
		textSize:   func(i int) { c.cfg.Prefs.SetInt(prefTextSize, textSizes()[i]); c.dress() },
		language:   func(i int) { c.cfg.Prefs.SetString(prefLanguage, assets.Languages()[i]) },
		change:     func(k api.Kind) { c.show(newWizard(c, api.Begin{Kind: k}, placeSettings)) },
		signOut:    func() { c.confirm("ui.sessions.sign-out", nil, c.signOut) },
		copy:       func() { c.copy(c.cfg.Address) },
		found:      p.found,
		delivery:   func() { c.show(newDelivery(c)) },
		read:       c.readKept,
	})
}

// found lets people who have the phone number find the account, or not (R10).
func (p *settingsPage) found(on bool) {
	p.c.act(func(ctx context.Context, server *client.Client) (func(), error) {
		a, err := server.SetDiscoverable(ctx, on)
		if err != nil {
			return nil, err
		}
		return func() { p.c.account = a; p.c.redraw() }, nil
	})
}

// dress applies a choice of appearance while running.
func (c *Console) dress() {
	c.applyTheme()
	if c.lab != nil {
		if !c.labFits(c.window.Canvas().Size().Width) { // it would cover what one is choosing in
			c.dock.Hide()
		}
		c.lab.redraw()
	}
	c.window.Content().Refresh()
	c.redraw()
}

type settingsView struct {
	account                        api.Account
	about                          api.About
	address, version               string
	appearance, textSize, language int
}

type settingsInputs struct {
	appearance, textSize, language func(i int)
	change                         func(api.Kind)
	signOut, copy, delivery, read  func()
	found                          func(on bool)
}

func (c *Console) drawSettings(v settingsView, in settingsInputs) drawn {
	w := c.words
	a := v.account
	set := func(key, say string, control ...fyne.CanvasObject) fyne.CanvasObject {
		return longRow(nil, w.T(key), say, control...)
	}
	change := func(key string, k api.Kind) fyne.CanvasObject {
		return kit.NewButton(w.T("ui.settings.change"), "", kit.Secondary, func() { in.change(k) }).Named(w.T("ui.settings.change-name", w.T(key)))
	}
	var looks, sizes, tongues []string
	for _, l := range appearances() {
		looks = append(looks, w.T("ui.settings.appearance."+l))
	}
	for _, s := range textSizes() {
		sizes = append(sizes, w.T("ui.settings.percent", s))
	}
	for _, l := range assets.Languages() {
		tongues = append(tongues, w.T("ui.language."+l))
	}
	appearance := kit.NewSegments(v.appearance, in.appearance, looks...).Named(w.T("ui.settings.appearance"))
	window := []fyne.CanvasObject{
		set("ui.settings.appearance", "", appearance),
		set("ui.settings.text-size", w.T("ui.settings.text-size-why"), kit.NewSegments(v.textSize, in.textSize, sizes...).Named(w.T("ui.settings.text-size"))),
	}
	if len(tongues) > 1 {
		pick := kit.NewSelector(kit.SelectorConfig{Icon: "globe", Options: tongues, Selected: v.language, OnPick: in.language})
		pick.SetName(w.T("ui.settings.language"))
		window = append(window, set("ui.settings.language", w.T("ui.settings.language-why"), kit.Scaled(200, 0, pick)))
	}
	email := w.T("ui.settings.email-none")
	switch {
	case a.EmailKept && !v.about.MailKept:
		email = w.T("ui.settings.email-unproved", a.Email)
	case a.EmailKept:
		email = w.T("ui.settings.email-kept", a.Email)
	case a.Email != "":
		email = a.Email
	}
	phone := w.T("ui.settings.phone-none")
	phoneKind := api.ChangePhone
	if a.PhoneVerified {
		phone = explain.PhoneNumber(a.Phone)
	} else {
		phoneKind = api.EnrollText
	}
	leave := kit.NewButton(w.T("ui.sessions.sign-out-do"), "", kit.Secondary, in.signOut)
	account := []fyne.CanvasObject{
		set("ui.settings.name", a.Username, leave),
		set("ui.settings.password", w.T("ui.settings.password-why"), change("ui.settings.password", api.ChangePassword)),
		set("ui.settings.email", email, change("ui.settings.email", api.ChangeEmail)),
		set("ui.settings.phone", phone, change("ui.settings.phone", phoneKind)),
	}
	if t := a.Texts; t != nil { // R18
		say := w.T("ui.settings.texts-wanted", t.ShortCode)
		if t.Stopped {
			say = w.T("ui.settings.texts-stopped", t.ShortCode)
		}
		account = append(account, set("ui.settings.texts", say))
	}
	if a.Phone != "" {
		found := kit.NewToggle(kit.SwitchForm, a.Discoverable, nil).Named(w.T("ui.settings.found"))
		found.OnChanged = in.found
		account = append(account, set("ui.settings.found", w.T("ui.settings.found-why"), found))
	}
	p := kit.Page{Title: w.T("ui.rail.settings"), Body: []fyne.CanvasObject{
		kit.V(kit.S8, kit.Section(w.T("ui.settings.account")), kit.List(kit.S16, account...)),
		kit.V(kit.S8, kit.Section(w.T("ui.settings.window")), kit.List(kit.S16, window...)),
		kit.V(kit.S8, kit.Section(w.T("ui.settings.server")), kit.List(kit.S16, c.serverRows(v, in)...)),
	}}
	return drawn{content: c.page(p), first: leave, ready: true}
}

// serverRows say what the account server is.
func (c *Console) serverRows(v settingsView, in settingsInputs) []fyne.CanvasObject {
	w := c.words
	rows := []fyne.CanvasObject{longRow(nil, w.T("ui.settings.policy"), w.T("ui.settings.policy."+v.about.Policy+".why"),
		kit.Badge(kit.Off, w.T("ui.settings.policy."+v.about.Policy)))}
	if v.account.Owner && !v.about.Lab {
		say := w.T("ui.settings.delivery-set")
		if v.about.MailKept {
			say = w.T("ui.settings.delivery-kept")
		}
		rows = append(rows, longRow(nil, w.T("ui.delivery.title"), say, kit.NewButton(w.T("ui.settings.change"), "", kit.Secondary, in.delivery).Named(w.T("ui.settings.change-name", w.T("ui.delivery.title")))))
	}
	if v.about.MailKept || v.account.EmailKept { // an address that isn't proved gets nothing else
		rows = append(rows, longRow(nil, w.T("ui.settings.kept"), w.T("ui.settings.kept-why"), kit.NewButton(w.T("ui.settings.read"), "mail", kit.Secondary, in.read)))
	}
	if v.address != "" {
		rows = append(rows, longRow(nil, w.T("ui.settings.address"), w.T("ui.settings.address-why", v.address), kit.NewButton(w.T("wizard.copy"), "copy", kit.Secondary, in.copy)))
	}
	return append(rows, longRow(nil, w.T("ui.settings.about"), w.T("ui.settings.version", v.version)))
}
