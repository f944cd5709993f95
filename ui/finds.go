package ui

import (
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// findSettings are the rows of the settings page, as it shows them now.
func findSettings(c *shell.Console) (all []shell.Find) {
	p := newSettings(c, "")
	p.Draw()
	for _, r := range p.rows {
		all = append(all, shell.Find{Icon: "settings", Title: c.Catalog.T(r.key), Detail: r.value, Do: func() {
			c.Follow(shell.Route{Page: shell.Settings, Arg: r.key})
		}})
	}
	return all
}

// findActions are the actions that fit the account now.
func findActions(c *shell.Console) (all []shell.Find) {
	w, a := c.Catalog, c.Account()
	begin := func(icon string, b api.Begin, from shell.PageID, title string) {
		all = append(all, shell.Find{Icon: icon, Title: title, Do: func() { c.Leaving(func() { c.BeginCeremony(b, from) }) }})
	}
	visit := func(icon, title string, to shell.PageID) {
		all = append(all, shell.Find{Icon: icon, Title: w.T(title), Do: func() { c.Visit(to) }})
	}
	method := func(icon string, m api.Method, on bool, k api.Kind) {
		if on {
			begin(icon, api.Begin{Kind: api.TurnOff, Method: m}, shell.TwoFactor, w.T("ui.search.turn-off", w.T("method."+string(m))))
			return
		}
		begin(icon, api.Begin{Kind: k}, shell.TwoFactor, w.T("wizard.title."+string(k)))
	}
	method("message", api.Text, a.Methods.Text, api.EnrollText)
	method("app", api.App, a.Methods.App, api.EnrollApp)
	begin("key", api.Begin{Kind: api.EnrollKey}, shell.SecurityKeys, w.T("ui.search.add-key"))
	begin("lock", api.Begin{Kind: api.ChangePassword}, shell.Settings, w.T("wizard.title.change-password"))
	begin("mail", api.Begin{Kind: api.ChangeEmail}, shell.Settings, w.T("wizard.title.change-email"))
	if a.PhoneVerified {
		begin("phone", api.Begin{Kind: api.ChangePhone}, shell.Settings, w.T("wizard.title.change-phone"))
	}
	if a.TwoFactor {
		visit("backup-codes", "ui.search.backup-code", shell.BackupCodes)
		visit("temporary-password", "ui.search.temporary-password", shell.TemporaryPasswords)
	}
	visit("sessions", "ui.search.end-sessions", shell.Sessions)
	for _, o := range c.OtherAccounts() {
		all = append(all, shell.Find{Icon: "user", Title: w.T("ui.account.switch", o.Username), Do: func() { c.SwitchTo(o) }})
	}
	return append(all,
		shell.Find{Icon: "user", Title: w.T("ui.account.another"), Do: c.SignInAnother},
		shell.Find{Icon: "info", Title: w.T("ui.shortcuts.title"), Do: c.ListShortcuts},
		shell.Find{Icon: "user", Title: w.T("ui.account.sign-out", a.Username), Do: c.ConfirmSignOut},
	)
}

// findEvent is an event as the search shows it.
func findEvent(c *shell.Console, e api.Activity) shell.Find {
	w := c.Catalog
	icon, _ := eventIcon(e)
	detail := w.DayAndClock(c.Now(), e.At)
	for _, more := range []string{explain.EventDetail(w, e), explain.Client(w, e.Client, e.RemoteAddr)} {
		if more != "" {
			detail += " · " + more
		}
	}
	return shell.Find{Icon: icon, Title: explain.Event(w, e), Detail: detail, Do: func() { openEvent(c, e, c.Front()) }}
}
