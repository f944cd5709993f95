package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

func TestTextMessageByKeyboard(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.sees("ui.rescue.off")

	h.ctrl(fyne.Key2)
	h.sees("ui.two-factor.lead")
	h.do("ui.method.set-up-name", key("method.text"))
	h.sees("wizard.overview.heading")
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.phone.heading")
	h.write("0202 555")
	h.press(fyne.KeyReturn)
	h.sees("error.malformed.number.what")
	h.seesText("0202 555")
	h.press(fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyBackspace)
	h.write("+12025550143")
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.text.heading", "wizard.code.resend-in")
	h.write("000000")
	h.press(fyne.KeyReturn)
	h.sees("error.wrong_code.text.what")
	h.seesFilled("error.tries_left", 4)
	h.write(h.text("+12025550143", sixDigits)) // the refused one is typed over
	h.misses("error.wrong_code.text.what")
	h.press(fyne.KeyReturn)
	h.sees("wizard.save.heading.enroll-text", "wizard.save.not-yet")
	h.seesFilled("wizard.save.number", with{"number": 1})
	h.do("wizard.save.copy")
	h.sees("wizard.save.done")
	if got := h.app.Clipboard().Content(); got != h.backupCode() {
		t.Errorf("the clipboard has %q, the screen %q", got, h.backupCode())
	}
	h.do("wizard.got-it")
	h.sees("ui.two-factor.lead")
	h.seesText("+1 202-555-0143")
	h.seesFilled("ui.fallback.codes-next", 1, "1")
	h.ctrl(fyne.Key1)
	h.sees("ui.rescue.one-code", "ui.rescue.next.key")
	h.seesFilled("ui.rescue.text-on-phone", with{"end": "0143"})
}

func TestAuthenticatorApp(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.app"))
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.scan.heading")
	h.do("wizard.copy")
	secret := h.app.Clipboard().Content()
	h.do("wizard.continue")
	h.sees("wizard.code.app.heading")
	h.press(fyne.KeyEscape)
	h.sees("wizard.scan.heading")
	h.do("wizard.copy")
	if again := h.app.Clipboard().Content(); again != secret {
		t.Errorf("Back made another secret, %q after %q", again, secret)
	}
	h.do("wizard.continue")
	code := h.appCode(secret)
	h.write(code)
	h.press(fyne.KeyReturn)
	h.sees("wizard.save.heading.enroll-app")
	backup := h.backupCode()
	h.do("wizard.got-it")
	h.signOut()

	h.passwordAt("mara", "wrong horse battery")
	h.sees("error.invalid_credentials.what", "error.invalid_credentials.why")
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.app.heading")
	h.write(code) // the one that enrolled
	h.press(fyne.KeyReturn)
	h.sees("error.code_used.what")
	h.pass(time.Minute)
	h.write(h.appCode(secret))
	h.press(fyne.KeyReturn)
	h.sees("wizard.signed-in.heading")
	h.seesFilled("wizard.signed-in.few", 1) // R78
	h.press(fyne.KeyReturn)
	h.sees("ui.rescue.question")
	h.signOut()

	// R40, R101: another way; R72: the number; then the code can't be used twice (R74).
	h.passwordAt("mara", password)
	h.do("wizard.ways.link")
	h.sees("wizard.ways.lead")
	h.press(fyne.KeyReturn)
	h.seesFilled("wizard.backup.heading", with{"number": 1})
	h.write(strings.ToUpper(strings.ReplaceAll(backup, "-", " ")))
	h.press(fyne.KeyReturn)
	h.sees("wizard.signed-in.heading")
	h.seesFilled("wizard.signed-in.few", 0)
	h.do("wizard.signed-in.few-link")
	h.sees("ui.codes.lead")
	h.seesFilled("ui.codes.used-at", key("ui.when.today"))
}

func TestCeremonyGoesOnAfterRestart(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.app"))
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.scan.heading")
	h.do("wizard.copy")
	secret := h.app.Clipboard().Content()
	h.do("wizard.continue")
	h.sees("wizard.code.app.heading")
	h.leave()

	h.enter()
	h.sees("wizard.title.enroll-app", "wizard.code.app.heading")
	h.write(h.appCode(secret))
	h.press(fyne.KeyReturn)
	h.sees("wizard.save.heading.enroll-app")
	h.leave() // before the backup code was saved

	h.enter()
	h.sees("wizard.save.heading.enroll-app")
	h.seesFilled("wizard.save.number", with{"number": 1})
	h.do("wizard.got-it")
	h.leave()

	h.enter()
	h.sees("ui.rescue.question")
	h.seesText("mara")
}

func TestLeftCeremonyIsOffered(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.app"))
	h.press(fyne.KeyReturn)
	h.sees("wizard.email.heading")
	h.ctrl(fyne.Key2)
	h.seesFilled("ui.two-factor.open", key("wizard.title.enroll-app"))
	h.do("ui.two-factor.go-on")
	h.sees("wizard.email.heading")
	h.do("wizard.cancel")
	h.sees("ui.two-factor.lead")
	if h.shows("ui.two-factor.open") {
		t.Error("a cancelled ceremony is offered again")
	}
}

func TestTurnOff(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.enrolApp()
	h.do("ui.method.turn-off-name", key("method.app"))
	h.sees("wizard.confirm.app", "wizard.consequence.two_factor_off")
	h.seesFilled("wizard.consequence.backup_codes_void", 1)
	h.press(fyne.KeyReturn) // on Cancel
	h.sees("ui.two-factor.lead")
	h.do("ui.method.turn-off-name", key("method.app"))
	h.do("wizard.confirm.app.next")
	h.sees("wizard.finished.turn-off")
	h.press(fyne.KeyReturn)
	h.sees("ui.fallback.codes-off")
	h.ctrl(fyne.Key4)
	h.sees("ui.codes.off")
}
