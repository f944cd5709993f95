package ceremony_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

func TestTextMessageByKeyboard(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Sees("ui.rescue.off")

	h.Ctrl(fyne.Key2)
	h.Sees("ui.two-factor.lead")
	h.Do("ui.method.set-up-name", uitest.Key("method.text"))
	h.Sees("wizard.overview.heading")
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.phone.heading")
	h.Write("0202 555")
	h.Press(fyne.KeyReturn)
	h.Sees("error.malformed.number.country.what")
	h.SeesText("0202 555")
	h.Press(fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace)
	h.Write("+12025550143")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.text.heading", "wizard.code.resend-in")
	h.Write("000000")
	h.Press(fyne.KeyReturn)
	h.Sees("error.wrong_code.text.what")
	h.SeesFilled("error.tries_left", 4)
	h.Write(h.Text("+12025550143", uitest.SixDigits)) // typing replaces the refused code
	h.Misses("error.wrong_code.text.what")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.save.heading.enroll-text", "wizard.save.not-yet")
	h.SeesFilled("wizard.save.number", uitest.With{"number": 1})
	h.Do("wizard.save.copy")
	h.Sees("wizard.save.not-yet", "wizard.save.copied") // the clipboard is no copy
	if got := h.App.Clipboard().Content(); got != h.BackupCode() {
		t.Errorf("the clipboard has %q, the screen %q", got, h.BackupCode())
	}
	h.CheckCopy(h.BackupCode(), "wizard.save.check")
	h.Sees("wizard.save.done", "wizard.save.checked")
	h.Do("wizard.got-it")
	h.Sees("ui.two-factor.lead")
	h.SeesText("+1 202-555-0143")
	h.SeesFilled("ui.fallback.codes-next", 1, "1")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.rescue.one-code", "ui.rescue.next.key")
	h.SeesFilled("ui.rescue.text-on-phone", uitest.With{"end": "0143"})
}

func TestAuthenticatorApp(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.scan.heading")
	h.Do("wizard.copy")
	secret := h.App.Clipboard().Content()
	h.Do("wizard.continue")
	h.Sees("wizard.code.app.heading")
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.scan.heading")
	h.Do("wizard.copy")
	if again := h.App.Clipboard().Content(); again != secret {
		t.Errorf("Back made another secret, %q after %q", again, secret)
	}
	h.Do("wizard.continue")
	code := h.AppCode(secret)
	h.Write(code)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.save.heading.enroll-app")
	backup := h.BackupCode()
	h.CheckCopy(backup, "wizard.save.check")
	h.Do("wizard.got-it")
	h.SignOut()

	h.EnterPassword("mara", "wrong horse battery")
	h.Sees("error.invalid_credentials.what", "error.invalid_credentials.why")
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.app.heading")
	h.Write(code) // the code used to enrol
	h.Press(fyne.KeyReturn)
	h.Sees("error.code_used.what")
	h.Advance(time.Minute)
	h.Write(h.AppCode(secret))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods") // R78: the first code is not the last of a sheet
	h.SignOut()

	// R40, R101: another method; R72: the code's number; R74: a code works once.
	h.EnterPassword("mara", uitest.Password)
	h.Do("wizard.ways.link")
	h.Sees("wizard.ways.lead")
	h.Press(fyne.KeyReturn)
	h.SeesFilled("wizard.backup.heading", uitest.With{"number": 1})
	h.Write(strings.ToUpper(strings.ReplaceAll(backup, "-", " ")))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.signed-in.heading")
	h.SeesFilled("wizard.signed-in.few", 0)
	h.Do("wizard.signed-in.few-link")
	h.Sees("ui.codes.lead")
	h.SeesFilled("ui.codes.used-at", uitest.Key("ui.when.today"))
}

func TestCeremonyContinuesAfterRestart(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.scan.heading")
	h.Do("wizard.copy")
	secret := h.App.Clipboard().Content()
	h.Do("wizard.continue")
	h.Sees("wizard.code.app.heading")
	h.Restart()
	h.Sees("wizard.title.enroll-app", "wizard.code.app.heading")
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.scan.heading")
	h.Do("wizard.copy")
	if again := h.App.Clipboard().Content(); again != secret {
		t.Error("after a restart, Back made another secret than the one that was scanned")
	}
	h.Do("wizard.continue")
	h.Sees("wizard.code.app.heading")
	h.Write(h.AppCode(secret))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.save.heading.enroll-app")
	h.Stop() // before the backup code was saved

	h.Start()
	h.Sees("wizard.save.heading.enroll-app")
	h.SeesFilled("wizard.save.number", uitest.With{"number": 1})
	h.CheckCopy(h.BackupCode(), "wizard.save.check")
	h.Do("wizard.got-it")
	h.Restart()
	h.Sees("ui.overview.methods")
	h.SeesText("mara")
}

func TestLeftCeremonyIsOffered(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.email.heading")
	h.Ctrl(fyne.Key2)
	h.SeesFilled("wizard.open", uitest.Key("wizard.title.enroll-app"))
	h.Do("ui.two-factor.go-on")
	h.Sees("wizard.email.heading")
	h.Do("wizard.cancel")
	h.Sees("ui.two-factor.lead")
	if h.Shows("wizard.open") {
		t.Error("a cancelled ceremony is offered again")
	}
}

func TestTurnOff(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Do("ui.method.turn-off-name", uitest.Key("method.app"))
	h.Sees("wizard.confirm.app", "wizard.consequence.two_factor_off")
	h.SeesFilled("wizard.consequence.backup_codes_void", 1)
	h.Press(fyne.KeyReturn) // on Cancel
	h.Sees("ui.two-factor.lead")
	h.Do("ui.method.turn-off-name", uitest.Key("method.app"))
	h.Do("wizard.confirm.app.next")
	h.Sees("wizard.finished.turn-off.app", "wizard.finished.turn-off.lead-last")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.fallback.codes-off")
	h.Ctrl(fyne.Key4)
	h.Sees("ui.codes.off")
}
