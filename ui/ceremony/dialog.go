package ceremony

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A passwordDialog asks for the password again (R3, R6).
type passwordDialog struct {
	*ceremony
	asked  *shell.Scope
	then   func()
	ended  func() // called if the dialog ends without a proof
	body   *fyne.Container
	dialog *control.Dialog // nil before the first step
	framed wizard.FramedStep
}

// AskPassword is part of shell.Ceremonies.
func (x Screens) AskPassword(s *shell.Scope, then, ended func()) {
	d := &passwordDialog{ceremony: newCeremony(x, api.Begin{Kind: api.Reauthenticate}), asked: s.Child(), then: then, ended: ended, body: look.V(look.S12)}
	d.host = d
	d.start(d.asked)
}

// Changed is part of host.
func (d *passwordDialog) Changed() {
	switch {
	case d.state.View.Step != nil:
		d.draw()
	case d.state.Fault != nil:
		d.c.Warn(*d.state.Fault)
		d.Left()
	}
	if d.dialog != nil && !d.state.Busy && d.framed.First != nil {
		d.c.Window().Canvas().Focus(d.framed.First)
		d.dialog.Tell()
	}
}

// Stepped is part of host.
func (d *passwordDialog) Stepped() {}

// Left is part of host.
func (d *passwordDialog) Left() { d.asked.Leave(); d.ended() }

// Done is part of host.
func (d *passwordDialog) Done(api.View) {
	if d.dialog != nil {
		d.dialog.Close()
	}
	d.asked.Leave()
	d.then()
}

// draw shows the step, in a new dialog if there is none yet.
func (d *passwordDialog) draw() {
	w := d.c.Catalog
	h := d.wizardHost(d)
	d.body.Objects, d.framed = wizard.Dialog(d.state, h)
	if d.dialog == nil {
		d.dialog = d.c.Dialog(control.DialogConfig{
			Title: w.T("wizard.password.heading"), Words: w.T("ui.reauth.why"), Icon: "lock",
			Body: []fyne.CanvasObject{d.body}, Do: w.T("wizard.continue"), Keep: true,
			OnDo:    func() { d.framed.Bindings.Enter() },
			OnClose: d.cancel,
		})
		return
	}
	d.body.Refresh()
	d.dialog.Refresh()
	if d.state.Busy {
		d.dialog.Do().Disable()
	} else {
		d.dialog.Do().Enable()
	}
}
