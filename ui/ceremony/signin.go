package ceremony

import (
	"context"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A sessionScreen is a ceremony that makes a session, on a screen without the rail.
type sessionScreen struct{ *ceremony }

func newSessionScreen(x Screens, k api.Kind) *sessionScreen {
	return newSessionScreenFor(x, api.Begin{Kind: k})
}

func newSessionScreenFor(x Screens, b api.Begin) *sessionScreen {
	s := &sessionScreen{newCeremony(x, b)}
	s.server = x.Console.Config.Client
	s.state.Account, s.state.View.Kind = api.Account{}, b.Kind
	s.fixed, s.host = true, s
	return s
}

func (s *sessionScreen) Page() shell.PageID       { return "" }
func (s *sessionScreen) Enter(scope *shell.Scope) { s.start(scope) }
func (s *sessionScreen) OnTopic(string)           {}

// Changed is part of host.
func (s *sessionScreen) Changed() { s.c.RedrawIf(s.self) }

// Stepped is part of host.
func (s *sessionScreen) Stepped() { s.c.Refocus() }

// Left is part of host.
func (s *sessionScreen) Left() {}

// Done is part of host. It enters the session. If few backup codes are left, the
// last step says so first (R78).
func (s *sessionScreen) Done(v api.View) {
	in, ok := v.Step.(api.SignedIn)
	if !ok {
		return
	}
	if in.Account.BackupCodes.Low && v.Kind == api.SignIn && s.signed == nil {
		s.signed = &in
		s.state.View = v
		s.step()
		return
	}
	s.enter(in, nil)
}

// enter enters the session, only once.
func (r *ceremony) enter(in api.SignedIn, then func()) {
	if !r.entered {
		r.entered = true
		r.c.EnterSession(in, then)
	}
}

// waiting draws the screen before the first step has come.
func (s *sessionScreen) waiting() shell.View {
	return s.c.Waiting("", s.state.Fault, func() {
		s.state.Fault = nil
		s.start(s.scope)
		s.Changed()
	})
}

// drawCard draws the step as a card in the middle of the window.
func (s *sessionScreen) drawCard(h wizard.Host) shell.View {
	f := wizard.CentredCard(s.state, h, s.drawFoot())
	return shell.View{Content: f.Content, First: f.First, Bindings: f.Bindings, Heading: f.Heading, Ready: true}
}

// drawFoot draws the line under the card.
func (s *sessionScreen) drawFoot() fyne.CanvasObject {
	c := s.c
	line := []fyne.CanvasObject{look.NewIcon("lock", 14, look.Ink3), look.NewText(c.Catalog.T("ui.door.stays"), look.Caption, look.Ink2)}
	if c.HasPanel() && !c.PanelShown() {
		lab := c.Catalog.T("ui.door.lab")
		if n := c.Arrived(); n > 0 {
			lab = c.Catalog.N("ui.door.lab-new", n, lab)
		}
		line = append(line, control.NewLink(lab, c.TogglePanel))
	}
	foot := look.H(look.S8, line...)
	others := c.OtherAccounts()
	if len(others) == 0 || s.state.View.Kind != api.SignIn {
		return foot
	}
	links := []fyne.CanvasObject{look.NewText(c.Catalog.T("ui.account.kept"), look.Caption, look.Ink2)}
	for _, o := range others {
		links = append(links, control.NewLink(c.Catalog.T("ui.account.switch", o.Username), func() { c.SwitchTo(o) }))
	}
	return look.V(look.S8, look.Flow(look.S8, links...), foot)
}

// A signIn is the sign-in form, from the password to the second step.
type signIn struct{ *sessionScreen }

func newSignIn(x Screens) *signIn {
	s := &signIn{newSessionScreen(x, api.SignIn)}
	s.self = s
	s.state.Remembered = x.Console.RememberedName()
	s.state.Draft.Username = s.state.Remembered
	return s
}

func (s *signIn) OnTopic(topic string) { s.onTopic(topic) }

// FillIn fills in a demo account of the lab. It reports whether the form asks for a
// user name and a password.
func (s *signIn) FillIn(username, password string) bool {
	_, asks := s.state.View.Step.(api.EnterCredentials)
	if asks {
		s.state.Draft.Username, s.state.Draft.Password = username, password
	}
	return asks
}

// Do is part of wizard.Inputs.
func (s *signIn) Do(a wizard.Action) {
	switch {
	case a == wizard.SignUp && s.signUp() == api.SignUpInvite:
		s.askInvitation()
		return
	case a == wizard.SignUp:
		s.c.ShowScreen(s.toSignUp(""))
		return
	case a == wizard.NotYou:
		s.signInAs("")
		return
	case a == wizard.ForgetName:
		s.c.ForgetName()
		s.state.Remembered, s.state.Draft.Username = "", ""
		s.step()
		return
	}
	s.ceremony.Do(a)
}

func (s *signIn) Draw() shell.View {
	if s.state.View.Step == nil {
		return s.waiting()
	}
	_, form := s.state.View.Step.(api.EnterCredentials)
	if trouble := s.c.Trouble(); form && trouble != nil && s.state.Fault == nil && s.state.View.Refusal == nil {
		s.state.Fault = trouble
	}
	s.state.SignUp = s.signUp()
	return s.drawCard(s.wizardHost(s))
}

// signUp returns who may sign up. While the server has no owner, an account
// created in this window becomes the owner's (R7).
func (s *signIn) signUp() string {
	about := s.c.About()
	if about.SignUp == "" || !about.Owned {
		return api.SignUpOpen
	}
	return about.SignUp
}

// askInvitation asks for an invitation code, and goes on if the server accepts
// it.
func (s *signIn) askInvitation() {
	c, w := s.c, s.c.Catalog
	c.AskLine(shell.LineRequest{
		Dialog: control.DialogConfig{Title: w.T("ui.invited.title"), Words: w.T("ui.invited.why"), Icon: "mail", Do: w.T("ui.invited.do")},
		Label:  "ui.invited.code", Field: "invitation", Empty: "error.empty.invitation.what", Limit: 64,
		Work: func(ctx context.Context, server *client.Client, typed string) (func(), error) {
			v, err := server.Begin(ctx, api.Begin{Kind: api.SignUp, Invitation: typed})
			if err == nil { // the next screen begins its own ceremony
				err = server.Cancel(ctx, v.ID)
			}
			return func() { c.ShowScreen(s.toSignUp(typed)) }, err
		},
	})
}

// toSignUp is the form that creates an account, with the user name that was typed. The
// remembered one has an account already.
func (s *signIn) toSignUp(invitation string) *signUp {
	form := newSignUp(s.screens, invitation)
	if name := s.state.Draft.Username; name != s.state.Remembered {
		form.state.Draft.Username = name
	}
	return form
}

// A signUp creates another account on a server that has some.
type signUp struct{ *sessionScreen }

func newSignUp(x Screens, invitation string) *signUp {
	s := &signUp{newSessionScreenFor(x, api.Begin{Kind: api.SignUp, Invitation: invitation})}
	s.state.HasAccounts, s.fixed = true, false
	s.host, s.self = s, s
	return s
}

// Left is part of host.
func (s *signUp) Left() {
	form := newSignIn(s.screens)
	if name := s.state.Draft.Username; name != "" {
		form.state.Draft.Username = name
	}
	s.c.ShowScreen(form)
}

func (s *signUp) Draw() shell.View {
	if s.state.View.Step == nil {
		return s.waiting()
	}
	h := s.wizardHost(s)
	s.state.CanGoBack = true
	return s.drawCard(h)
}

// Do is part of wizard.Inputs. Back returns to the sign-in form.
func (s *signUp) Do(a wizard.Action) {
	if a == wizard.Back {
		a = wizard.Cancel
	}
	s.ceremony.Do(a)
}
