package ceremony

import (
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// wizardHost is what the steps hand their inputs to.
func (r *ceremony) wizardHost() wizard.Host {
	h := wizard.Host{
		Words: r.c.Catalog, Clock: r.c.Clock(r.scope),
		Send: r.send,
		Fail: func(why explain.Explanation) {
			r.state.Fault, r.state.Draft.Typed = &why, false
			r.step()
		},
		Redraw: r.host.Changed,
		Ways: func(show bool) {
			r.state.ShowMethods, r.state.Fault = show, nil
			r.step()
		},
		Leave:    func() { r.host.Done(r.state.View) },
		Open:     r.open,
		CopyLine: r.c.Copy,
		Key:      r.keyInput,
		Begin:    r.begin,
		Copy: func(text string) {
			r.c.CopySecret(text)
			r.state.Saved.Copied = true
			r.host.Changed()
		},
		Save:  func(code api.SaveBackupCode) { r.screens.Sheets.Save(code, r.saved) },
		Print: func(code api.SaveBackupCode) { r.screens.Sheets.Print(r.self, code, r.saved) },
		Check: func(api.SaveBackupCode) { r.screens.Sheets.Check(r.scope, r.saved) },
	}
	if !r.fixed {
		h.Cancel = r.cancel
	}
	if r.canGoBack() {
		h.Back = r.back
	}
	return h
}

// open leaves for another page. A session that is not entered yet is entered first.
func (r *ceremony) open(place string) {
	c := r.c
	route := shell.Route{Page: shell.PageID(place)}
	switch place {
	case wizard.OpenKeyContents, wizard.OpenKeyReset:
		route = shell.Route{Page: shell.SecurityKeys, Arg: place}
	case string(shell.Lab):
		route.Arg = shell.PlugIn
	}
	if in := r.signed; in != nil {
		c.EnterSession(*in, func() { c.Follow(route) })
		return
	}
	c.Follow(route)
}
