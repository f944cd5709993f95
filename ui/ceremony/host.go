package ceremony

import (
	"nightlatch/server/api"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// wizardHost returns the host for drawing a step. in receives the inputs.
func (r *ceremony) wizardHost(in wizard.Inputs) wizard.Host {
	r.state.CanGoBack, r.state.CanCancel = r.canGoBack(), !r.fixed
	return wizard.Host{Words: r.c.Catalog, Clock: r.c.Clock(r.scope), Inputs: in}
}

// Send is part of wizard.Inputs.
func (r *ceremony) Send(in api.Input) {
	if r.unkept() { // "Got it" takes the code away for good
		r.c.Leaving(func() { r.send(in) })
		return
	}
	r.send(in)
}

// unkept reports whether a backup code is shown of which there is no copy yet (R77).
func (r *ceremony) unkept() bool {
	_, shown := r.state.View.Step.(api.SaveBackupCode)
	return shown && !r.state.Gone && !r.state.Saved.Kept()
}

// Unsaved is the question while a backup code is shown of which there is no copy.
func (r *ceremony) Unsaved() string {
	if r.unkept() {
		return "wizard.save.leave"
	}
	return ""
}

// Do is part of wizard.Inputs.
func (r *ceremony) Do(a wizard.Action) {
	switch a := a.(type) {
	case wizard.Command:
		r.command(a)
	case wizard.Fail:
		r.state.Fault, r.state.Draft.Typed = &a.Why, false
		r.step()
	case wizard.Open:
		r.open(a)
	case wizard.LabApp:
		r.c.TellPanel(string(a))
	case wizard.Copy:
		if a.Secret {
			r.c.CopySecret(a.Text)
			r.saved(func(s *wizard.Saved) { s.Copied = true })
			return
		}
		r.c.Copy(a.Text)
	case wizard.Keep:
		r.keep(a)
	case wizard.KeyInput:
		r.keyInput(a)
	}
}

func (r *ceremony) command(c wizard.Command) {
	switch c {
	case wizard.Back:
		r.back()
	case wizard.Cancel:
		r.cancel()
	case wizard.Leave:
		r.host.Done(r.state.View)
	case wizard.BeginAgain:
		r.begin()
	case wizard.ShowMethods:
		r.state.ShowMethods, r.state.Chosen, r.state.Fault = true, false, nil
		r.step()
	case wizard.Redraw:
		r.host.Changed()
	case wizard.LookAgain:
		r.reload()
	}
}

// keep keeps a backup code.
func (r *ceremony) keep(k wizard.Keep) {
	switch k.How {
	case wizard.OnClipboard:
		r.Do(wizard.Copy{Text: k.Code.Code, Secret: true})
	case wizard.InFile:
		r.screens.Sheets.Save(k.Code, r.saved)
	case wizard.OnPaper:
		r.screens.Sheets.Print(r.self, k.Code, r.saved)
	case wizard.Checked:
		r.screens.Sheets.Check(r.scope, func(number int) {
			if number == k.Code.Number {
				r.saved(func(s *wizard.Saved) { s.Checked = true })
			}
		})
	}
}

// open leaves for another page. A session that is not entered yet is entered first.
func (r *ceremony) open(to wizard.Open) {
	c := r.c
	route := shell.Route{Page: shell.PageID(to)}
	switch to {
	case wizard.OpenKeyContents, wizard.OpenKeyReset:
		route = shell.Route{Page: shell.SecurityKeys, Arg: string(to)}
	case wizard.Open(shell.Lab):
		route.Arg = shell.PlugIn
	}
	if in := r.signed; in != nil {
		r.enter(*in, func() { c.Follow(route) })
		return
	}
	c.Follow(route)
}
