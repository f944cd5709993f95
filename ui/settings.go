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
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A settingsPage has the settings of the window and of the account, and shows facts
// about the account server.
type settingsPage struct {
	c       *shell.Console
	scope   *shell.Scope
	backups shell.Source[api.Backups] // for the owner
	want    string                    // key of the row to go to
	rows    []settingRow              // as last drawn
	first   fyne.Focusable            // the button that changes the password
}

// A settingRow is a row as it was last drawn.
type settingRow struct {
	key, value string
	control    fyne.CanvasObject // the first one; nil for none
}

// newSettings makes the page; want is the translation key of the row to go to, "" for none.
func newSettings(c *shell.Console, want string) *settingsPage {
	return &settingsPage{c: c, want: want}
}

func (p *settingsPage) Page() shell.PageID { return shell.Settings }

func (p *settingsPage) Enter(s *shell.Scope) {
	p.scope = s
	p.c.Reload(func() { p.c.Redraw(); p.loadBackups() })
}

func (p *settingsPage) setsBackups() bool { return p.c.Account().Owner && !p.c.About().Lab }

func (p *settingsPage) loadBackups() {
	if p.setsBackups() && !p.scope.Left() {
		p.backups.Load(p.c, p.scope, func(ctx context.Context, server *client.Client) (api.Backups, error) { return server.Backups(ctx) }, p.c.Redraw)
	}
}

// backupsRow says whether backups are made.
func (p *settingsPage) backupsRow() string {
	w, b := p.c.Catalog, p.backups.Value
	switch {
	case !p.backups.Ready:
		return w.T("ui.backups.row")
	case !b.On:
		return w.T("ui.backups.row-off")
	case b.Failed != nil:
		return w.T("ui.backups.row-failed", shell.When(w, p.c.Now(), b.Failed.At))
	case b.Last != nil:
		return w.T("ui.backups.row-last", shell.When(w, p.c.Now(), b.Last.At))
	}
	return w.T("ui.backups.row-on")
}

func (p *settingsPage) OnTopic(topic string) {
	if topic == "" || topic == api.TopicAccount {
		p.c.Reload(p.c.Redraw)
	}
}

// appearances and textSizes are the choices, in their order.
func appearances() []string { return []string{"system", "light", "dark"} }

func textSizes() []int { return []int{100, 125, 150} }

// setDiscoverable sets whether people who have the phone number can find the account
// (R10).
func (p *settingsPage) setDiscoverable(on bool) {
	p.c.Perform(func(ctx context.Context, server *client.Client) (func(), error) {
		a, err := server.SetDiscoverable(ctx, on)
		if err != nil {
			return nil, err
		}
		return func() { p.c.SetAccount(a); p.c.Redraw() }, nil
	})
}

// change opens the wizard for a change.
func (p *settingsPage) change(k api.Kind) { p.c.BeginCeremony(api.Begin{Kind: k}, shell.Settings) }

// Draw draws the settings of the account, the window and the server.
func (p *settingsPage) Draw() shell.View {
	c, w := p.c, p.c.Catalog
	p.rows = nil
	signOut := control.NewButton(w.T("ui.sessions.sign-out-do"), "", control.Secondary, func() { confirmSignOut(c) }).Ends()
	page := kit.Page{Title: c.PageTitle(shell.Settings), Body: []fyne.CanvasObject{
		look.V(look.S8, kit.Section(w.T("ui.settings.account")), kit.List(look.S16, p.accountRows(signOut)...)),
		look.V(look.S8, kit.Section(w.T("ui.settings.window")), kit.List(look.S16, p.windowRows()...)),
		look.V(look.S8, kit.Section(w.T("ui.settings.server")), kit.List(look.S16, p.serverRows()...)),
	}}
	v := shell.View{Content: c.Page(page), First: p.first, Ready: true}
	for _, r := range p.rows {
		if r.key == p.want && r.control != nil {
			v.First = shell.FirstIn(r.control)
		}
	}
	return v
}

// row draws one setting: its name, its value and its controls.
func (p *settingsPage) row(key, value string, controls ...fyne.CanvasObject) fyne.CanvasObject {
	r := settingRow{key: key, value: value}
	if len(controls) > 0 {
		r.control = controls[0]
	}
	p.rows = append(p.rows, r)
	return shell.LongRow(nil, p.c.Catalog.T(key), value, controls...)
}

// changeButton opens something; key is the translation key of the setting.
func (p *settingsPage) changeButton(key string, tap func()) *control.Button {
	w := p.c.Catalog
	return control.NewButton(w.T("ui.settings.change"), "", control.Secondary, tap).Named(w.T("ui.settings.change-name", w.T(key)))
}

func (p *settingsPage) accountRows(signOut fyne.CanvasObject) []fyne.CanvasObject {
	w, a := p.c.Catalog, p.c.Account()
	email := w.T("ui.settings.email-none")
	switch {
	case a.EmailDue:
		email = w.T("ui.settings.email-due", a.Email)
	case a.EmailKept:
		email = w.T("ui.settings.email-kept", a.Email)
	case a.Email != "":
		email = a.Email
	}
	phone, phoneKind, phoneAct := w.T("ui.settings.phone-none"), api.EnrollText, api.ActEnrollText
	if a.PhoneVerified {
		phone, phoneKind, phoneAct = explain.PhoneNumber(a.Phone), api.ChangePhone, api.ActChangePhone
	}
	change := func(key string, k api.Kind) *control.Button {
		return p.changeButton(key, func() { p.change(k) })
	}
	address := change("ui.settings.email", api.ChangeEmail)
	if a.EmailDue {
		address = control.NewButton(w.T("ui.settings.email-confirm"), "", control.Secondary, func() { p.change(api.ChangeEmail) }).Named(w.T("ui.settings.change-name", w.T("ui.settings.email")))
	}
	number := change("ui.settings.phone", phoneKind)
	if u := a.Refuses(phoneAct); u != nil {
		number.Disable()
		phone = w.T("ui.because", phone, p.c.Because(*u))
	}
	password := change("ui.settings.password", api.ChangePassword)
	p.first = password
	rows := []fyne.CanvasObject{
		p.row("ui.settings.name", a.Username, signOut),
		p.row("ui.crumb.access", w.T("ui.settings.access-why"), control.NewButton(w.T("ui.settings.open"), "", control.Secondary, func() { p.c.Visit(shell.Access) }).Named(w.T("ui.event.open", w.T("ui.crumb.access")))),
		p.row("ui.settings.password", w.T("ui.settings.password-why"), password),
		p.row("ui.settings.email", email, address),
		p.row("ui.settings.phone", phone, number),
	}
	if t := a.Texts; t != nil { // R18
		text := w.T("ui.settings.texts-wanted", t.ShortCode)
		if t.Stopped {
			text = w.T("ui.settings.texts-stopped", t.ShortCode)
		}
		rows = append(rows, p.row("ui.settings.texts", text))
	}
	if a.Phone != "" {
		found := control.NewToggle(control.SwitchForm, a.Discoverable, nil).Named(w.T("ui.settings.found"))
		found.OnChanged = p.setDiscoverable
		rows = append(rows, p.row("ui.settings.found", w.T("ui.settings.found-why"), found))
	}
	return rows
}

func (p *settingsPage) windowRows() []fyne.CanvasObject {
	c, w, prefs := p.c, p.c.Catalog, p.c.Config.Prefs
	var looks, sizes, languages []string
	for _, l := range appearances() {
		looks = append(looks, w.T("ui.settings.appearance."+l))
	}
	for _, s := range textSizes() {
		sizes = append(sizes, w.T("ui.settings.percent", s))
	}
	for _, l := range assets.Languages() {
		languages = append(languages, w.T("ui.language."+l))
	}
	appearance := max(0, slices.Index(appearances(), prefs.String(shell.PrefAppearance)))
	size := max(0, slices.Index(textSizes(), prefs.IntWithFallback(shell.PrefTextSize, 100)))
	rows := []fyne.CanvasObject{
		p.row("ui.settings.appearance", "", control.NewSegments(appearance, func(i int) { prefs.SetString(shell.PrefAppearance, appearances()[i]); c.Restyle() }, looks...).Named(w.T("ui.settings.appearance"))),
		p.row("ui.settings.text-size", w.T("ui.settings.text-size-why"), control.NewSegments(size, func(i int) { prefs.SetInt(shell.PrefTextSize, textSizes()[i]); c.Restyle() }, sizes...).Named(w.T("ui.settings.text-size"))),
	}
	remember := control.NewToggle(control.SwitchForm, c.RemembersName(), nil).Named(w.T("ui.settings.remember"))
	remember.OnChanged = c.SetRemembersName
	rows = append(rows, p.row("ui.settings.remember", w.T("ui.settings.remember-why"), remember))
	if len(languages) > 1 {
		pick := control.NewSelector(control.SelectorConfig{
			Icon: "globe", Options: languages, Selected: max(0, slices.Index(assets.Languages(), c.Config.Language)),
			OnPick: func(i int) { prefs.SetString(shell.PrefLanguage, assets.Languages()[i]) },
		})
		pick.SetName(w.T("ui.settings.language"))
		rows = append(rows, p.row("ui.settings.language", w.T("ui.settings.language-why"), look.Scaled(200, 0, pick)))
	}
	return rows
}

func (p *settingsPage) serverRows() []fyne.CanvasObject {
	c, w, about := p.c, p.c.Catalog, p.c.About()
	rows := []fyne.CanvasObject{p.row("ui.settings.policy", w.T("ui.settings.policy."+about.Policy+".why"),
		kit.Badge(kit.Off, w.T("ui.settings.policy."+about.Policy)))}
	if p.setsBackups() {
		text := w.T("ui.settings.delivery-set")
		if about.MailKept {
			text = w.T("ui.settings.delivery-kept")
		}
		rows = append(rows, p.row("ui.delivery.title", text, p.changeButton("ui.delivery.title", func() { c.Visit(shell.Delivery) })),
			p.row("ui.backups.title", p.backupsRow(), p.changeButton("ui.backups.title", func() { c.Visit(shell.Backups) })))
	}
	if c.Account().Owner && about.SignUp != "" {
		rows = append(rows, p.row("ui.accounts.title", w.T("ui.accounts.row", w.T("ui.accounts."+about.SignUp)), p.changeButton("ui.accounts.title", func() { c.Visit(shell.Accounts) })))
	}
	if about.MailKept || c.Account().EmailKept { // an unconfirmed address gets its mail here only
		rows = append(rows, p.row("ui.settings.kept", w.T("ui.settings.kept-why"), control.NewButton(w.T("ui.settings.read"), "mail", control.Secondary, func() { c.Visit(shell.Mail) })))
	}
	if c.Config.Address != "" {
		rows = append(rows, p.row("ui.settings.address", w.T("ui.settings.address-why", c.Config.Address), control.NewButton(w.T("wizard.copy"), "copy", control.Secondary, func() { c.Copy(c.Config.Address) })))
	}
	return append(rows, p.row("ui.settings.about", w.T("ui.settings.version", c.Config.Version), control.NewButton(w.T("ui.licenses"), "", control.Secondary, func() { showLicenses(c) })))
}
