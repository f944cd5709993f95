package wizard

import (
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"golang.org/x/text/unicode/norm"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// chooseCredentials asks for the user name and password of a new account (R0).
func chooseCredentials(s State, h Host, step api.ChooseCredentials) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Back = s.HasAccounts
	next := func() { sendCredentials(s, h) }
	user := d.text(s, "username", w.T("wizard.username"), w.T("wizard.sign-up.username-hint"), false, &s.Draft.Username)
	pass := d.newPassword(s, h, w.T("wizard.password"), step.MinPassword)
	d.Next = primary(s, h, w.T("wizard.sign-up.next"), next)
	d.Body = []fyne.CanvasObject{user, pass}
	d.refuse(s, h)
	return d
}

// enterCredentials asks for user name and password.
func enterCredentials(s State, h Host) StepView {
	w := h.Words
	d := newStep(s, h)
	next := func() { sendCredentials(s, h) }
	user := d.text(s, "username", w.T("wizard.username"), "", false, &s.Draft.Username)
	pass := d.text(s, "password", w.T("wizard.password"), "", true, &s.Draft.Password)
	d.Next = primary(s, h, w.T("wizard.continue"), next)
	d.Body = []fyne.CanvasObject{look.V(look.S16, user, pass)}
	if s.Draft.Username != "" {
		d.First = pass.Focus()
	}
	d.refuse(s, h)
	switch s.SignUp { // R7: offer only what can work
	case api.SignUpOpen:
		d.Foot = []fyne.CanvasObject{control.NewLink(w.T("wizard.sign-in.sign-up"), h.does(SignUp))}
	case api.SignUpInvite:
		d.Foot = []fyne.CanvasObject{control.NewLink(w.T("wizard.sign-in.invited"), h.does(SignUp))}
	case api.SignUpClosed:
		d.Foot = []fyne.CanvasObject{look.NewText(w.T("wizard.sign-in.closed"), look.Caption, look.Ink2).Wrapped()}
	}
	if s.Remembered != "" && s.Draft.Username == s.Remembered {
		d.Foot = append([]fyne.CanvasObject{control.NewLink(w.T("wizard.sign-in.forget-name"), h.does(ForgetName))}, d.Foot...)
	}
	return d
}

func sendCredentials(s State, h Host) {
	switch {
	case s.Busy:
	case s.Draft.Username == "":
		h.Do(Fail{explain.Code(h.Words, "empty.username")})
	case s.Draft.Password == "":
		h.Do(Fail{explain.Code(h.Words, "empty.password")})
	default:
		h.Send(api.Credentials{Username: s.Draft.Username, Password: s.Draft.Password})
	}
}

// enterPassword asks for the password of the account again (R3, R6).
func enterPassword(s State, h Host, step api.EnterPassword) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	next := func() {
		if s.Draft.Password == "" {
			h.Do(Fail{explain.Code(h.Words, "empty.password")})
			return
		}
		if !s.Busy {
			h.Send(api.Password{Password: s.Draft.Password})
		}
	}
	pass := d.text(s, "password", w.T("wizard.password"), "", true, &s.Draft.Password)
	d.Next = primary(s, h, w.T("wizard.continue"), next)
	d.Body = []fyne.CanvasObject{pass}
	d.refuse(s, h)
	return d
}

// choosePassword asks for a new password (R0).
func choosePassword(s State, h Host, step api.ChoosePassword) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Cancel = true
	next := func() {
		if s.Draft.Password == "" {
			h.Do(Fail{explain.Code(h.Words, "empty.password")})
			return
		}
		if !s.Busy {
			h.Send(api.Password{Password: s.Draft.Password})
		}
	}
	pass := d.newPassword(s, h, w.T("wizard.new-password"), step.MinPassword)
	d.Next = primary(s, h, w.T("wizard.new-password.next"), next)
	d.Body = []fyne.CanvasObject{pass}
	d.refuse(s, h)
	return d
}

// newPassword makes the field for a new password. Its hint counts the characters,
// because length is the only rule of composition (R0).
func (d *StepView) newPassword(s State, h Host, label string, least int) *control.TextField {
	var f *control.TextField
	f = control.NewTextField(label, countHint(h.Words, s.Draft.Password, least), control.InputConfig{
		Text: s.Draft.Password, Secret: true,
		OnChanged: func(p string) {
			s.Draft.Password, s.Draft.Typed = p, true
			f.SetHint(countHint(h.Words, p, least))
		},
	})
	d.add("password", &f.Field, f.Focus())
	return f
}

// countHint says how many characters a password has or still needs.
func countHint(w *assets.Catalog, password string, least int) string {
	switch n := utf8.RuneCountInString(norm.NFC.String(password)); {
	case n == 0:
		return w.T("wizard.password-hint", assets.Args{"min": least})
	case n < least:
		return w.N("wizard.password-short", least-n)
	default:
		return w.N("wizard.password-long", n)
	}
}
