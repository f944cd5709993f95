package shell

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// OpenAccountMenu opens the menu at the top of the rail: who is signed in, other accounts,
// the search, the shortcuts, signing out.
func (c *Console) OpenAccountMenu() {
	if c.rail == nil { // nobody is signed in
		return
	}
	w := c.Catalog
	var items []control.MenuItem
	for _, o := range c.others {
		items = append(items, control.MenuItem{Label: w.T("ui.account.switch", o.Username), Rule: len(items) == 0, Do: func() { c.SwitchTo(o) }})
	}
	items = append(items,
		control.MenuItem{Label: w.T("ui.account.another"), Rule: len(items) == 0, Do: c.SignInAnother},
		control.MenuItem{Label: w.T("ui.account.search"), Keys: c.keysOf("ui.shortcuts.search"), Rule: true, Do: c.OpenSearch},
		control.MenuItem{Label: w.T("ui.shortcuts.title"), Keys: c.keysOf("ui.shortcuts.list"), Do: c.ListShortcuts},
		control.MenuItem{Label: w.T("ui.account.sign-out", c.account.Username), Rule: true, Do: c.ConfirmSignOut},
	)
	if len(c.others) > 0 {
		items = append(items, control.MenuItem{Label: w.T("ui.account.sign-out-all"), Do: func() {
			c.ConfirmLeaving("ui.account.sign-out-all", c.SignOutAll)
		}})
	}
	control.ShowMenu(c.window.Canvas(), c.rail.Account(), c.whoIsSignedIn(), items...)
}

// ConfirmSignOut asks, and signs out on this computer.
func (c *Console) ConfirmSignOut() {
	key := "ui.sessions.sign-out"
	if c.account.TwoFactor {
		key += "-second"
	}
	c.ConfirmLeaving(key, c.SignOut)
}

// keysOf are the keys of a shortcut.
func (c *Console) keysOf(name string) string {
	for _, s := range c.Shortcuts() {
		if s.Name == c.Catalog.T(name) {
			return s.Keys[0].String()
		}
	}
	return ""
}

// whoIsSignedIn is the head of the menu.
func (c *Console) whoIsSignedIn() fyne.CanvasObject {
	w, a := c.Catalog, c.account
	lines := []fyne.CanvasObject{look.NewText(a.Username, look.Strong, look.Ink).Wrapped()}
	if a.Email != "" {
		lines = append(lines, look.NewText(a.Email, look.Caption, look.Ink2).Wrapped())
	}
	role := w.T("ui.rail.here")
	if a.Owner {
		role = w.T("ui.account.owner")
	}
	lines = append(lines, look.NewText(role, look.Caption, look.Ink2).Wrapped())
	return look.Inset(look.S12, look.S8, look.S12, look.S8, look.V(2, lines...))
}
