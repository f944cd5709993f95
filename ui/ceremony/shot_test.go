package ceremony

import (
	"io"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/lab"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// pageShot is the page of a ceremony at a view.
func pageShot(name string, v api.View, change ...func(*wizard.State)) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: homeOf(v.Kind), Draw: func(c *shell.Console) shell.View {
		p := newPage(Screens{Console: c}, api.Begin{Kind: v.Kind}, homeOf(v.Kind))
		p.scope = c.Root()
		v.ID, v.Now = "x", gallerytest.Now()
		p.state.View = v
		for _, f := range change {
			f(&p.state)
		}
		return p.Draw()
	}}
}

// signInShot is the sign-in form at a step.
func signInShot(name string, step api.Step, change ...func(*wizard.State)) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Draw: func(c *shell.Console) shell.View {
		d := newSignIn(Screens{Console: c})
		d.scope = c.Root()
		d.state.View = api.View{ID: "x", Kind: api.SignIn, Now: gallerytest.Now(), Step: step}
		d.state.Draft.Username = "margarethe"
		for _, f := range change {
			f(&d.state)
		}
		return d.Draw()
	}}
}

func refused(code string, more ...func(*api.Refusal)) func(*wizard.State) {
	return func(s *wizard.State) {
		s.View.Refusal = &api.Refusal{Code: code}
		for _, f := range more {
			f(s.View.Refusal)
		}
	}
}

// noticed is like refused, for a notice.
func noticed(code string, more ...func(*api.Refusal)) func(*wizard.State) {
	return func(s *wizard.State) {
		s.View.Notice = &api.Refusal{Code: code}
		for _, f := range more {
			f(s.View.Notice)
		}
	}
}

func typed(f func(*wizard.Draft)) func(*wizard.State) {
	return func(s *wizard.State) {
		s.Draft.Filled = true
		f(s.Draft)
	}
}

func sessionShots() []gallerytest.Shot {
	first := func(change ...func(*wizard.State)) func(*shell.Console) shell.View {
		return func(c *shell.Console) shell.View {
			c.SetAccount(api.Account{})
			c.Config.OpenLab = func() {}
			d := newWelcome(Screens{Console: c})
			d.scope = c.Root()
			d.state.View = api.View{ID: "x", Kind: api.SignUp, Now: gallerytest.Now(), Step: api.ChooseCredentials{MinPassword: 8, MaxPassword: 128}}
			for _, f := range change {
				f(&d.state)
			}
			return d.Draw()
		}
	}
	others := []api.Method{api.Text, api.SecurityKey, api.BackupCode}
	unable := []api.UnableMethod{{Method: api.BackupCode, Code: api.BackupCodeInactive, Reason: "none"}, {Method: api.Text, Code: api.CannotSend, Reason: "stopped"}, {Method: api.SecurityKey, Code: api.KeyForeignRP}}
	app := api.EnterCode{Channel: api.ByApp, Digits: 6, Alternatives: others}
	retry := gallerytest.Now().Add(25 * time.Second)
	return []gallerytest.Shot{
		{Name: "01-first-start", Draw: first(typed(func(d *wizard.Draft) { d.Username, d.Password = "margarethe", "correct horse battery" }))},
		{Name: "01-first-start-refused", Draw: first(typed(func(d *wizard.Draft) { d.Username, d.Password = "margarethe", "margarethe1" }),
			refused(api.PasswordRefused, func(r *api.Refusal) { r.Field, r.Reason = "password", "contains_username" }))},
		{Name: "02-sign-up-another", Draw: func(c *shell.Console) shell.View {
			d := newSignUp(Screens{Console: c}, "")
			d.scope = c.Root()
			d.state.View = api.View{ID: "x", Kind: api.SignUp, Now: gallerytest.Now(), Step: api.ChooseCredentials{MinPassword: 8, MaxPassword: 128}}
			return d.Draw()
		}},
		signInShot("02-sign-in", api.EnterCredentials{}, typed(func(d *wizard.Draft) { d.Username = "margarethe" })),
		signInShot("02-sign-in-remembered", api.EnterCredentials{}, func(s *wizard.State) { s.Remembered = "margarethe" }),
		signInShot("02-sign-in-refused", api.EnterCredentials{}, typed(func(d *wizard.Draft) { d.Username = "margarethe" }), refused(api.InvalidCredentials)),
		signInShot("02-sign-in-throttled", api.EnterCredentials{}, typed(func(d *wizard.Draft) { d.Username = "margarethe" }), refused(api.Throttled, func(r *api.Refusal) { r.RetryAt = &retry })),
		signInShot("02-sign-in-empty", api.EnterCredentials{}, func(s *wizard.State) {
			s.Draft.Username = ""
			s.Fault = &explain.Explanation{Code: "empty.username", Field: "username", What: "The user name is empty", Next: "Type it, then continue."}
		}),
		signInShot("02-sign-in-app", app, typed(func(d *wizard.Draft) { d.Code = "41" })),
		signInShot("02-sign-in-app-drift", app, typed(func(d *wizard.Draft) { d.Code = "418025" }), refused(api.ClockDrift, func(r *api.Refusal) { n := -95; r.Drift = &n })),
		signInShot("02-sign-in-text", api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+1 ••• ••• 0143", SentAt: gallerytest.At(gallerytest.Ago(18 * time.Second)), CodeExpires: gallerytest.At(gallerytest.Now().Add(582 * time.Second)), ResendAt: gallerytest.At(gallerytest.Now().Add(102 * time.Second)), Alternatives: []api.Method{api.App}}),
		signInShot("02-sign-in-text-stopped", api.EnterCode{Channel: api.ByText, Digits: 6, ResendAt: gallerytest.At(gallerytest.Now()), Alternatives: []api.Method{}},
			func(s *wizard.State) { s.ShortCode = "12345" }, noticed(api.CannotSend, func(r *api.Refusal) { r.Reason = "stopped" })),
		signInShot("02-sign-in-key", api.UseSecurityKey{Get: []byte("{}"), Alternatives: others}, func(s *wizard.State) {
			s.Key = wizard.KeyInteraction{Phase: wizard.Touching, Until: gallerytest.Now().Add(21 * time.Second)}
		}),
		signInShot("02-sign-in-key-unknown", api.UseSecurityKey{Get: []byte("{}"), Alternatives: others}, refused(api.KeyUnknown)),
		signInShot("02-sign-in-key-elsewhere", api.UseSecurityKey{Alternatives: others}, noticed(api.KeyForeignRP, func(r *api.Refusal) { r.Key, r.KeyRPID, r.RPID = "Blue", "localhost", "login.example.org" })),
		signInShot("02-sign-in-backup", api.EnterBackupCode{Number: 4, OthersVoid: true, Alternatives: others}, typed(func(d *wizard.Draft) { d.Code = "7kmq2xwd" })),
		signInShot("02-sign-in-backup-none", api.EnterBackupCode{Alternatives: others}, noticed(api.BackupCodeInactive, func(r *api.Notice) { r.Reason = "none" })),
		signInShot("02-sign-in-backup-order", api.EnterBackupCode{Number: 4, Alternatives: others}, typed(func(d *wizard.Draft) { d.Code = "7kmq2xwd9hfz3r8n" }), refused(api.BackupCodeOutOfOrder, func(r *api.Refusal) { r.Reason = "kept" })),
		signInShot("02-sign-in-backup-void", api.EnterCode{Channel: api.ByApp, Digits: 6, Alternatives: others, Unable: unable[:1]}, refused(api.BackupCodeOutOfOrder, func(r *api.Refusal) { r.Reason = "voided" })),
		signInShot("02-sign-in-pin", api.UseSecurityKey{Get: []byte("{}"), Alternatives: others}, func(s *wizard.State) {
			s.Key = wizard.KeyInteraction{Phase: wizard.AskingPIN, Device: fido.Device{Product: "YubiKey 5C NFC"}}
		}),
		signInShot("02-sign-in-approval", waiting(api.RequestOpen, 0)),
		signInShot("02-sign-in-approval-number", waiting(api.RequestOpen, 42)),
		signInShot("02-sign-in-approval-denied", waiting(api.RequestDenied, 0), refused(api.Denied, func(r *api.Refusal) { r.Reason = "phone" })),
		signInShot("02-sign-in-approval-expired", waiting(api.RequestExpired, 0), refused(api.ApprovalExpired)),
		signInShot("02-sign-in-approval-code", waiting(api.RequestOpen, 0), typed(func(d *wizard.Draft) { d.Hints, d.Code = true, "41" })),
		signInShot("02-sign-in-ways", app, func(s *wizard.State) { s.ShowMethods = true }),
		signInShot("02-sign-in-ways-unable", api.EnterCode{Channel: api.ByApp, Digits: 6, Alternatives: others, Unable: unable[:2]}, func(s *wizard.State) { s.ShowMethods = true }),
		signInShot("02-sign-in-ways-none", api.EnterCode{Channel: api.ByApp, Digits: 6, Alternatives: others, Unable: unable}, func(s *wizard.State) { s.ShowMethods = true }),
		signInShot("02-sign-in-few-codes", api.SignedIn{Account: gallerytest.Account()}),
		signInShot("02-sign-in-gone", api.EnterCredentials{}, func(s *wizard.State) { s.Gone = true }),
		{Name: "02-sign-in-lab", Panel: panel, Draw: signInShot("", api.EnterCredentials{}).Draw},
		{Name: "03-no-answer", Draw: func(c *shell.Console) shell.View {
			return shell.NewFailure(c, io.ErrUnexpectedEOF, func() {}).Draw()
		}},
	}
}

// panel is the lab's panel with a text message that has just come.
func panel(c *shell.Console) shell.Panel {
	p := lab.New(c)
	p.Start(c.Root())
	p.Show(lab.State{Number: gallerytest.LabPhones()[0].Number, Phones: gallerytest.LabPhones(), Texts: gallerytest.LabTexts(), Mail: gallerytest.LabMail(), Keys: []api.LabKey{gallerytest.LabKey()}, Accounts: gallerytest.LabAccounts(), Read: map[string]bool{lab.MailID(gallerytest.LabMail()[0]): true}})
	return p
}

// waiting is a sign-in that asked a phone 3:48 ago.
func waiting(state api.LoginRequestState, number int) api.AwaitApproval {
	asked := gallerytest.Ago(228 * time.Second)
	return api.AwaitApproval{
		SentTo: "Pixel 9", Number: number, State: state, Asked: gallerytest.At(asked), Expires: gallerytest.At(asked.Add(10 * time.Minute)),
		Digits: 6, TextInstead: true, Alternatives: []api.Method{api.App, api.BackupCode},
	}
}
