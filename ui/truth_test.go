package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/seed"
	"nightlatch/ui/uitest"
)

// The banner about a ceremony that was left open says what is on already.
func TestOpenCeremonySaysWhatIsOn(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.scan.heading")
	h.Do("wizard.copy")
	secret := h.App.Clipboard().Content()
	h.Ctrl(fyne.Key2)
	w := h.Console.Catalog
	rest := w.T("wizard.path.scan-qr") + ", " + w.T("wizard.path.enter-code") + ", " + w.T("wizard.path.save-backup-code")
	h.SeesFilled("wizard.open.off", uitest.With{"method": w.T("method.app"), "steps": rest})
	h.Do("ui.two-factor.go-on")
	h.Do("wizard.continue")
	h.Sees("wizard.code.app.heading")
	h.Write(h.AppCode(secret))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.save.heading.enroll-app")
	h.Ctrl(fyne.Key2)
	h.Sees("wizard.save.leave")
	h.Do("wizard.save.leave.do")
	h.SeesFilled("wizard.open.on", uitest.With{"method": w.T("method.app"), "steps": w.T("wizard.path.save-backup-code")})
	h.Do("ui.two-factor.drop")
	h.Sees("ui.two-factor.drop-code", "ui.two-factor.drop-code.why")
}

// Without a mail server and a text gateway, text messages are not offered as if they could be
// set up, and the recommended method is first.
func TestTextIsNotOfferedWithoutAGateway(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	h.Sees("ui.method.text-unable")
	h.Ctrl(fyne.Key2)
	h.Sees("ui.method.recommended", "error.cannot_send.texts.why", "ui.delivery.title")
	if app, key, text := h.Index("ui.method.app.what"), h.Index("ui.method.key.what"), h.Index("ui.method.text.what"); app > key || key > text || h.Index("ui.method.recommended") > key {
		t.Errorf("the methods are at %d, %d, %d", app, key, text)
	}
	if !h.HasFocus("ui.method.set-up-name", uitest.Key("method.app")) {
		t.Error("the recommended method does not have the focus")
	}
	h.IsDead("ui.method.set-up-name", uitest.Key("method.text"))
	h.Ctrl(fyne.KeyComma)
	h.Sees("error.cannot_send.texts.why")
	h.IsDead("ui.settings.change-name", uitest.Key("ui.settings.phone"))
	h.Ctrl(fyne.Key2)
	h.Do("ui.delivery.title")
	h.Sees("ui.delivery.host")
}

// Hardened: what the policy refuses is said before it is confirmed, with the button that does
// what has to come first (R17).
func TestLastMethodIsNotDeletedInVain(t *testing.T) {
	h := uitest.Build(t, server.Config{Policy: account.Hardened(), Seed: &seed.Seed{Accounts: []seed.Account{{
		Username: "ada", Password: uitest.Password, Email: "ada@example.org", Phone: "+12025550143", Text: true,
	}}}}, true)
	h.EnterPassword("ada", uitest.Password)
	h.Sees("wizard.code.text.heading")
	h.Write(h.Text("+12025550143", uitest.SixDigits))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
	h.Ctrl(fyne.Key2)
	h.Do("ui.phone.delete-link")
	h.Sees("error.conflict.text_is_last.what", "error.conflict.text_is_last.why", "error.conflict.text_is_last.next")
	h.Misses("ui.phone.delete.why")
	h.Do("ui.first.turn-off.text")
	h.Sees("wizard.confirm.text")
	h.Do("wizard.confirm.text.next")
	h.Sees("wizard.finished.turn-off.text", "wizard.finished.turn-off.lead-last")
	h.Press(fyne.KeyReturn)
	h.Do("ui.phone.delete-link") // now it asks, and does it
	h.Sees("ui.phone.delete.why")
	h.Do("ui.phone.delete.do")
	h.WaitFor("no number", true, func() bool {
		a, err := h.Console.Server().Account(t.Context())
		return err == nil && a.Phone == ""
	})
}
