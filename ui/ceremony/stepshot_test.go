package ceremony

import (
	"time"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

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

func stepShots() []gallerytest.Shot {
	secret := "JBSWY3DPEHPK3PXPGEZDGNBVGY3TQOJQ"
	uri := "otpauth://totp/Nightlatch:margarethe?secret=" + secret + "&issuer=Nightlatch&algorithm=SHA1&digits=6&period=30"
	texted := api.EnterCode{Channel: api.ByText, Digits: 6, SentTo: "+12025550143", SentAt: gallerytest.At(gallerytest.Ago(18 * time.Second)), CodeExpires: gallerytest.At(gallerytest.Now().Add(582 * time.Second)), ResendAt: gallerytest.At(gallerytest.Now().Add(102 * time.Second)), Tries: 5, TriesLeft: new(5)}
	late := texted
	late.SentAt, late.ResendAt = gallerytest.At(gallerytest.Ago(130*time.Second)), gallerytest.At(gallerytest.Ago(10*time.Second))
	mailed := api.EnterCode{Channel: api.ByEmail, Digits: 6, SentTo: "margarethe@example.org", SentAt: gallerytest.At(gallerytest.Now()), CodeExpires: gallerytest.At(gallerytest.Now().Add(time.Hour)), ResendAt: gallerytest.At(gallerytest.Now().Add(2 * time.Minute)), Tries: 5, TriesLeft: new(5)}
	app := api.EnterCode{Channel: api.ByApp, Digits: 6}
	backup := api.SaveBackupCode{Number: 1, Code: "7kmq-2xwd-9hfz-3r8n"}
	three := 3
	code := typed(func(d *wizard.Draft) { d.Code = "418" })
	wrong := typed(func(d *wizard.Draft) { d.Code = "418025" })
	return []gallerytest.Shot{
		pageShot("06-text-overview", view(api.EnrollText, 0, api.Overview{Method: api.Text})),
		pageShot("06-text-password", view(api.EnrollText, 1, api.EnterPassword{Username: "margarethe"})),
		pageShot("06-text-email", view(api.EnrollText, 2, api.EnterEmail{}), typed(func(d *wizard.Draft) { d.Email = "margarethe@example" }), refused(api.Malformed, func(r *api.Refusal) { r.Field = "address" })),
		pageShot("06-text-email-code", view(api.EnrollText, 3, mailed)),
		pageShot("06-text-email-kept", view(api.EnrollText, 2, api.EnterEmail{Kept: true})),
		pageShot("06-text-phone", view(api.EnrollText, 4, api.EnterPhone{Discoverable: true})),
		pageShot("06-text-phone-refused", view(api.EnrollText, 4, api.EnterPhone{}), typed(func(d *wizard.Draft) { d.Phone = "0202 555" }), refused(api.Malformed, func(r *api.Refusal) { r.Field = "number" })),
		pageShot("06-text-phone-cannot-send", view(api.EnrollText, 4, api.EnterPhone{}), typed(func(d *wizard.Draft) { d.Phone = "+12025550143" }), refused(api.CannotSend)),
		pageShot("06-text-code", view(api.EnrollText, 5, texted), code),
		pageShot("06-text-code-late", view(api.EnrollText, 5, late), typed(func(d *wizard.Draft) { d.Hints = true })),
		pageShot("06-text-code-refused", view(api.EnrollText, 5, texted), wrong, refused(api.WrongCode, func(r *api.Refusal) { r.TriesLeft = &three })),
		pageShot("06-text-code-expired", view(api.EnrollText, 5, late), wrong, refused(api.CodeExpired)),
		pageShot("06-text-code-too-many", view(api.EnrollText, 5, late), wrong, refused(api.TooManyTries)),
		pageShot("06-text-code-network", view(api.EnrollText, 5, texted), wrong, func(s *wizard.State) {
			s.Fault = &explain.Explanation{Code: "no_answer", What: "The account server doesn’t answer", Why: "The connection broke before an answer came. The change may or may not have been made.", Next: "Try again."}
		}),
		{Name: "06-text-code-lab", Page: shell.TwoFactor, Panel: panel, Draw: pageShot("", view(api.EnrollText, 5, texted), code).Draw},
		pageShot("06-text-saved", view(api.EnrollText, 6, backup)),
		pageShot("07-app-overview", view(api.EnrollApp, 0, api.Overview{Method: api.App})),
		pageShot("07-app-scan", view(api.EnrollApp, 1, api.ScanQR{URI: uri, Secret: secret})),
		pageShot("07-app-code", view(api.EnrollApp, 2, app)),
		pageShot("07-app-code-used", view(api.EnrollApp, 2, app), wrong, refused(api.CodeUsed)),
		pageShot("07-app-code-drift", view(api.EnrollApp, 2, app), wrong, refused(api.ClockDrift, func(r *api.Refusal) { n := 95; r.Drift = &n })),
		pageShot("07-app-save", view(api.EnrollApp, 3, backup)),
		pageShot("07-app-save-copied", view(api.EnrollApp, 3, backup), func(s *wizard.State) { s.Saved.Copied = true }),
		pageShot("09-turn-off", view(api.TurnOff, 1, api.Confirm{Method: api.App, Consequences: []api.Consequence{
			{Code: api.MethodOff}, {Code: api.TwoFactorOff}, {Code: api.BackupCodesVoid, Count: 2}, {Code: api.TemporaryPasswordsVoid, Count: 1},
		}})),
		pageShot("09-turn-off-done", view(api.TurnOff, 2, api.Finished{}), func(s *wizard.State) { s.TurnedOff = api.App }),
		pageShot("09-change-password", view(api.ChangePassword, 1, api.ChoosePassword{MinPassword: 8, MaxPassword: 128}), typed(func(d *wizard.Draft) { d.Password = "short" }), refused(api.PasswordRefused, func(r *api.Refusal) { r.Reason, r.Field = "too_short", "password" })),
		pageShot("09-change-email", view(api.ChangeEmail, 1, api.EnterEmail{Address: "margarethe@example.org"})),
		pageShot("09-change-phone", view(api.ChangePhone, 1, api.EnterPhone{Number: "+12025550143", Discoverable: true})),
	}
}
