package ui

import (
	"io"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/wizard"
)

// shots are all screens in all states, in the order of a person's first days.
func shots() []shot {
	var all []shot
	for _, list := range [][]shot{doorShots(), overviewShots(), methodShots(), stepShots(), keyStepShots(), keyPageShots(), codeShots(), otherShots(), dialogShots()} {
		all = append(all, list...)
	}
	return all
}

// stillWizard is a wizard's page at a view.
func stillWizard(name string, v api.View, change ...func(*wizard.State)) shot {
	return shot{name: name, place: homeOf(v.Kind), draw: func(c *Console) drawn {
		p := newWizard(c, api.Begin{Kind: v.Kind}, homeOf(v.Kind))
		p.scope = c.root
		v.ID, v.Now = "x", stillNow()
		p.state.View = v
		for _, f := range change {
			f(&p.state)
		}
		return p.draw()
	}}
}

// stillDoor is the door at a step of signing in.
func stillDoor(name string, step api.Step, change ...func(*wizard.State)) shot {
	return shot{name: name, draw: func(c *Console) drawn {
		d := newSignIn(c)
		d.scope = c.root
		d.state.View = api.View{ID: "x", Kind: api.SignIn, Now: stillNow(), Step: step}
		for _, f := range change {
			f(&d.state)
		}
		return d.draw()
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

func typed(f func(*wizard.Draft)) func(*wizard.State) {
	return func(s *wizard.State) {
		s.Draft.Filled = true
		f(s.Draft)
	}
}

func doorShots() []shot {
	first := func(change ...func(*wizard.State)) func(*Console) drawn {
		return func(c *Console) drawn {
			c.account = api.Account{}
			c.cfg.OpenLab = func() {}
			d := newFirstStart(c)
			d.scope = c.root
			d.state.View = api.View{ID: "x", Kind: api.SignUp, Now: stillNow(), Step: api.ChooseCredentials{MinPassword: 8, MaxPassword: 128}}
			for _, f := range change {
				f(&d.state)
			}
			return d.draw()
		}
	}
	others := []api.Method{api.Text, api.SecurityKey, api.BackupCode}
	app := api.EnterCode{Channel: api.ByApp, Digits: 6, Alternatives: others}
	retry := stillNow().Add(25 * time.Second)
	return []shot{
		{name: "01-first-start", draw: first(typed(func(d *wizard.Draft) { d.Username, d.Password = "margarethe", "correct horse battery" }))},
		{name: "01-first-start-refused", draw: first(typed(func(d *wizard.Draft) { d.Username, d.Password = "margarethe", "margarethe1" }),
			refused(api.PasswordRefused, func(r *api.Refusal) { r.Field, r.Reason = "password", "contains_username" }))},
		{name: "02-sign-up-another", draw: func(c *Console) drawn {
			d := newSignUp(c)
			d.scope = c.root
			d.state.View = api.View{ID: "x", Kind: api.SignUp, Now: stillNow(), Step: api.ChooseCredentials{MinPassword: 8, MaxPassword: 128}}
			return d.draw()
		}},
		stillDoor("02-sign-in", api.EnterCredentials{}, typed(func(d *wizard.Draft) { d.Username = "margarethe" })),
		stillDoor("02-sign-in-refused", api.EnterCredentials{}, typed(func(d *wizard.Draft) { d.Username = "margarethe" }), refused(api.InvalidCredentials)),
		stillDoor("02-sign-in-throttled", api.EnterCredentials{}, typed(func(d *wizard.Draft) { d.Username = "margarethe" }), refused(api.Throttled, func(r *api.Refusal) { r.RetryAt = &retry })),
		stillDoor("02-sign-in-empty", api.EnterCredentials{}, func(s *wizard.State) {
			s.Fault = &explain.Explanation{Code: "empty.username", What: "The user name is empty", Next: "Type it, then go on."}
		}),
		stillDoor("02-sign-in-app", app, typed(func(d *wizard.Draft) { d.Code = "41" })),
		stillDoor("02-sign-in-app-drift", app, typed(func(d *wizard.Draft) { d.Code = "418025" }), refused(api.ClockDrift, func(r *api.Refusal) { n := -95; r.Drift = &n })),
		stillDoor("02-sign-in-text", api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+1 ••• ••• 0143", SentAt: at(ago(18 * time.Second)), ResendAt: at(stillNow().Add(102 * time.Second)), Alternatives: []api.Method{api.App}}),
		stillDoor("02-sign-in-key", api.UseSecurityKey{Get: []byte("{}"), Alternatives: others}, func(s *wizard.State) {
			s.Key = wizard.KeyInteraction{Phase: wizard.Touching, Until: stillNow().Add(21 * time.Second)}
		}),
		stillDoor("02-sign-in-key-unknown", api.UseSecurityKey{Get: []byte("{}"), Alternatives: others}, refused(api.KeyUnknown)),
		stillDoor("02-sign-in-key-elsewhere", api.UseSecurityKey{Alternatives: others}, refused(api.KeyElsewhere, func(r *api.Refusal) { r.Key, r.KeyRPID, r.RPID = "Blue", "localhost", "login.example.org" })),
		stillDoor("02-sign-in-backup", api.EnterBackupCode{Number: 4, Alternatives: others}, typed(func(d *wizard.Draft) { d.Code = "7kmq2xwd" })),
		stillDoor("02-sign-in-backup-order", api.EnterBackupCode{Number: 4, Alternatives: others}, typed(func(d *wizard.Draft) { d.Code = "7kmq2xwd9hfz3r8n" }), refused(api.BackupCodeOutOfOrder)),
		stillDoor("02-sign-in-ways", app, func(s *wizard.State) { s.ShowMethods = true }),
		stillDoor("02-sign-in-few-codes", api.SignedIn{Account: stillAccount()}),
		stillDoor("02-sign-in-gone", api.EnterCredentials{}, func(s *wizard.State) { s.Gone = true }),
		{name: "02-sign-in-lab", lab: true, draw: stillDoor("", api.EnterCredentials{}).draw},
		{name: "03-no-answer", draw: func(c *Console) drawn {
			return (&failure{c: c, err: io.ErrUnexpectedEOF, again: func() {}}).draw()
		}},
	}
}

func overviewShots() []shot {
	none := map[step]func(){}
	look := func(name string, s standing) shot {
		return shot{name: name, place: placeOverview, draw: func(c *Console) drawn { c.account = s.Account; return c.drawOverview(s, none) }}
	}
	alone := stillAccount()
	alone.BackupCodes = api.BackupCodes{}
	oneKey := stillAccount()
	oneKey.Methods, oneKey.BackupCodes = api.Methods{Keys: 1}, api.BackupCodes{}
	copied := safeAccount()
	copied.Methods.Keys = 1
	fresh := stillStanding(plainAccount())
	fresh.Recent = nil
	return []shot{
		look("04-overview-new", fresh),
		look("04-overview-codes", stillStanding(stillAccount())),
		look("04-overview-no-way", stillStanding(alone)),
		look("04-overview-one-key", stillStanding(oneKey, stillKeys()[0])),
		look("04-overview-safe", stillStanding(safeAccount(), stillKeys()[:2]...)),
		look("04-overview-copied", stillStanding(copied, stillKeys()[3])),
		{name: "04-overview-lab", place: placeOverview, lab: true, draw: func(c *Console) drawn { return c.drawOverview(stillStanding(stillAccount()), none) }},
		{name: "04-overview-loading", place: placeOverview, draw: func(c *Console) drawn {
			return loading(c, c.words.T("ui.rail.overview"), nil, &source[standing]{late: true}, nil)
		}},
		{name: "04-overview-failed", place: placeOverview, draw: func(c *Console) drawn {
			return loading(c, c.words.T("ui.rail.overview"), nil, &source[standing]{err: &api.Problem{Code: api.Unavailable}, tries: 3, last: stillNow()}, func() {})
		}},
	}
}

func methodShots() []shot {
	look := func(name string, s twoFactorState) shot {
		return shot{name: name, place: placeTwoFactor, draw: func(c *Console) drawn { c.account = s.Account; return c.drawTwoFactor(s, twoFactorInputs{}) }}
	}
	phoneOnly := plainAccount()
	phoneOnly.Phone, phoneOnly.PhoneVerified = "+12025550143", true
	return []shot{
		look("05-two-factor", twoFactorState{Account: stillAccount()}),
		look("05-two-factor-off", twoFactorState{Account: plainAccount()}),
		look("05-two-factor-phone", twoFactorState{Account: phoneOnly}),
		look("05-two-factor-all", twoFactorState{Account: safeAccount()}),
		look("05-two-factor-open", twoFactorState{Account: stillAccount(), Open: &api.View{ID: "x", Kind: api.EnrollKey, Step: api.Overview{Method: api.SecurityKey}}}),
	}
}

func paths(kind api.Kind) []api.StepType {
	switch kind {
	case api.EnrollText:
		return []api.StepType{"overview", "enter-password", "enter-email", "enter-code", "enter-phone", "enter-code", "save-backup-code", "finished"}
	case api.EnrollApp:
		return []api.StepType{"overview", "scan-qr", "enter-code", "save-backup-code", "finished"}
	case api.EnrollKey:
		return []api.StepType{"overview", "use-security-key", "name-key", "finished"}
	case api.TurnOff:
		return []api.StepType{"enter-password", "confirm", "finished"}
	case api.ChangePassword:
		return []api.StepType{"enter-password", "choose-password", "finished"}
	case api.ChangeEmail:
		return []api.StepType{"enter-password", "enter-email", "enter-code", "finished"}
	}
	return []api.StepType{"enter-password", "enter-phone", "enter-code", "finished"}
}

func view(kind api.Kind, at int, s api.Step) api.View {
	return api.View{Kind: kind, Path: paths(kind), At: at, Step: s}
}

func stepShots() []shot {
	secret := "JBSWY3DPEHPK3PXPGEZDGNBVGY3TQOJQ"
	uri := "otpauth://totp/Nightlatch:margarethe?secret=" + secret + "&issuer=Nightlatch&algorithm=SHA1&digits=6&period=30"
	texted := api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+12025550143", SentAt: at(ago(18 * time.Second)), ResendAt: at(stillNow().Add(102 * time.Second)), Tries: 5, TriesLeft: new(5)}
	late := texted
	late.SentAt, late.ResendAt = at(ago(130*time.Second)), at(ago(10*time.Second))
	mailed := api.EnterCode{Channel: api.ByEmail, Digits: 6, SentTo: "margarethe@example.org", SentAt: at(stillNow()), ResendAt: at(stillNow().Add(2 * time.Minute)), Tries: 5, TriesLeft: new(5)}
	kept := mailed
	kept.Kept = true
	app := api.EnterCode{Channel: api.ByApp, Digits: 6}
	backup := api.SaveBackupCode{Number: 1, Code: "7kmq-2xwd-9hfz-3r8n"}
	three := 3
	code := typed(func(d *wizard.Draft) { d.Code = "418" })
	wrong := typed(func(d *wizard.Draft) { d.Code = "418025" })
	return []shot{
		stillWizard("06-text-overview", view(api.EnrollText, 0, api.Overview{Method: api.Text})),
		stillWizard("06-text-password", view(api.EnrollText, 1, api.EnterPassword{Username: "margarethe"})),
		stillWizard("06-text-email", view(api.EnrollText, 2, api.EnterEmail{}), typed(func(d *wizard.Draft) { d.Email = "margarethe@example" }), refused(api.Malformed, func(r *api.Refusal) { r.Field = "address" })),
		stillWizard("06-text-email-code", view(api.EnrollText, 3, mailed)),
		stillWizard("06-text-email-kept", view(api.EnrollText, 3, kept)),
		stillWizard("06-text-phone", view(api.EnrollText, 4, api.EnterPhone{Discoverable: true})),
		stillWizard("06-text-phone-refused", view(api.EnrollText, 4, api.EnterPhone{}), typed(func(d *wizard.Draft) { d.Phone = "0202 555" }), refused(api.Malformed, func(r *api.Refusal) { r.Field = "number" })),
		stillWizard("06-text-phone-cannot-send", view(api.EnrollText, 4, api.EnterPhone{}), typed(func(d *wizard.Draft) { d.Phone = "+12025550143" }), refused(api.CannotSend)),
		stillWizard("06-text-code", view(api.EnrollText, 5, texted), code),
		stillWizard("06-text-code-late", view(api.EnrollText, 5, late), typed(func(d *wizard.Draft) { d.Hints = true })),
		stillWizard("06-text-code-refused", view(api.EnrollText, 5, texted), wrong, refused(api.WrongCode, func(r *api.Refusal) { r.TriesLeft = &three })),
		stillWizard("06-text-code-expired", view(api.EnrollText, 5, late), wrong, refused(api.CodeExpired)),
		stillWizard("06-text-code-too-many", view(api.EnrollText, 5, late), wrong, refused(api.TooManyTries)),
		stillWizard("06-text-code-network", view(api.EnrollText, 5, texted), wrong, func(s *wizard.State) {
			s.Fault = &explain.Explanation{Code: "no_answer", What: "The account server doesn’t answer", Why: "The connection broke off before an answer came. It may or may not have been done.", Next: "Try again."}
		}),
		{name: "06-text-code-lab", place: placeTwoFactor, lab: true, draw: stillWizard("", view(api.EnrollText, 5, texted), code).draw},
		stillWizard("06-text-saved", view(api.EnrollText, 6, backup)),
		stillWizard("07-app-overview", view(api.EnrollApp, 0, api.Overview{Method: api.App})),
		stillWizard("07-app-scan", view(api.EnrollApp, 1, api.ScanQR{URI: uri, Secret: secret})),
		stillWizard("07-app-code", view(api.EnrollApp, 2, app)),
		stillWizard("07-app-code-used", view(api.EnrollApp, 2, app), wrong, refused(api.CodeUsed)),
		stillWizard("07-app-code-drift", view(api.EnrollApp, 2, app), wrong, refused(api.ClockDrift, func(r *api.Refusal) { n := 95; r.Drift = &n })),
		stillWizard("07-app-save", view(api.EnrollApp, 3, backup)),
		stillWizard("07-app-save-copied", view(api.EnrollApp, 3, backup), func(s *wizard.State) { s.Saved.Copied = true }),
		stillWizard("09-turn-off", view(api.TurnOff, 1, api.Confirm{Method: api.App, Consequences: []api.Consequence{
			{Code: api.MethodOff}, {Code: api.TwoFactorOff}, {Code: api.BackupCodesVoid, Count: 2}, {Code: api.TemporaryPasswordsVoid, Count: 1},
		}})),
		stillWizard("09-turn-off-done", view(api.TurnOff, 2, api.Finished{})),
		stillWizard("09-change-password", view(api.ChangePassword, 1, api.ChoosePassword{MinPassword: 8, MaxPassword: 128}), typed(func(d *wizard.Draft) { d.Password = "short" }), refused(api.PasswordRefused, func(r *api.Refusal) { r.Reason, r.Field = "too_short", "password" })),
		stillWizard("09-change-email", view(api.ChangeEmail, 1, api.EnterEmail{Address: "margarethe@example.org"})),
		stillWizard("09-change-phone", view(api.ChangePhone, 1, api.EnterPhone{Number: "+12025550143", Discoverable: true})),
	}
}
