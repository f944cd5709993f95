package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// enterEmail asks for the mail address that will be confirmed (R4), or says that it can't be
// confirmed yet.
func enterEmail(s State, h Host, step api.EnterEmail) StepView {
	w := h.Words
	fill(s, &s.Draft.Email, step.Address)
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	next := func() { sendFilled(s, h, s.Draft.Email, "address", api.Email{Address: s.Draft.Email}) }
	hint, do := w.T("wizard.email.hint"), w.T("wizard.email.next")
	if step.Kept {
		hint, do = "", w.T("wizard.continue")
	}
	addr := d.text(s, "address", w.T("wizard.email"), hint, false, &s.Draft.Email)
	d.Next = primary(s, h, do, next)
	d.Body = []fyne.CanvasObject{addr}
	if step.Kept {
		var links []fyne.CanvasObject
		if s.Account.Owner {
			links = append(links, control.NewLink(w.T("wizard.email.kept-link"), h.does(Open("delivery"))))
		}
		d.Body = append(d.Body, kit.NewBanner(look.Info, w.T("wizard.email.kept"), w.T("wizard.email.kept-why"), "", links...))
	}
	d.refuse(s, h)
	return d
}

// enterPhone asks for a phone number and whether it may be used to find the
// account (R10).
func enterPhone(s State, h Host, step api.EnterPhone) StepView {
	w := h.Words
	if !s.Draft.Filled && s.Draft.Phone == "" {
		s.Draft.Hidden = !step.Discoverable
	}
	fill(s, &s.Draft.Phone, step.Number)
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	country := w.Region().Country
	next := func() {
		found := !s.Draft.Hidden
		sendFilled(s, h, s.Draft.Phone, "number", api.Phone{Number: explain.Dialled(s.Draft.Phone, country), Discoverable: &found})
	}
	hint := w.T("wizard.phone.hint")
	if country != "" {
		hint = w.T("wizard.phone.hint-here", country)
	}
	number := d.text(s, "number", w.T("wizard.phone"), hint, false, &s.Draft.Phone)
	tick := control.NewToggle(control.CheckForm, !s.Draft.Hidden, look.V(2,
		look.NewText(w.T("wizard.phone.discoverable"), look.Body, look.Ink).Wrapped(),
		look.NewText(w.T("wizard.phone.discoverable-why"), look.Caption, look.Ink2).Wrapped()))
	tick.Name = w.T("wizard.phone.discoverable")
	tick.OnChanged = func(on bool) { s.Draft.Hidden = !on }
	d.Next = primary(s, h, w.T("wizard.phone.next"), next)
	d.Body = []fyne.CanvasObject{number, tick}
	d.refuse(s, h)
	return d
}

// fill puts the stored value into an empty field, but only once, so that the user can
// clear the field.
func fill(s State, draft *string, onFile string) {
	if !s.Draft.Filled {
		s.Draft.Filled = true
		if *draft == "" {
			*draft = onFile
		}
	}
}
