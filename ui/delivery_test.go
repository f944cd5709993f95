package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

// Without a mail server the mail is kept on the computer and read there. The owner can
// set up a server.
func TestMailKeptHere(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Sees("ui.crumb.settings", "ui.crumb.access", "ui.crumb.security") // R5
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.email.heading", "wizard.email.kept-lead", "wizard.email.kept", "wizard.email.kept-why", "wizard.email.kept-link")
	h.Misses("wizard.email.lead")
	h.Write("mara@example.org")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.scan.heading")

	h.Ctrl(fyne.KeyComma)
	h.SeesFilled("ui.settings.email-kept", "mara@example.org")
	h.Do("ui.settings.change-name", uitest.Key("ui.delivery.title"))
	h.Sees("ui.settings.delivery-set")
	h.TabTo("ui.delivery.host")
	h.Write("https://mail.example.org")
	h.Press(fyne.KeyReturn)
	h.Sees("error.malformed.host.what")
	h.TabTo("ui.delivery.host")
	h.ClearField()
	h.Write("127.0.0.1")
	h.TabTo("ui.delivery.port")
	h.ClearField()
	h.Write("1")
	h.TabTo("ui.delivery.from")
	h.Write("nightlatch@example.org")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.delivery.saved")
	h.Ctrl(fyne.Key1) // R4: the console asks for the proof now
	h.Sees("ui.overview.email-due")
	h.SeesFilled("ui.overview.email-due-why", "mara@example.org")
	h.Do("ui.settings.email-confirm")
	h.Sees("wizard.email.heading", "wizard.email.lead")
	h.Misses("wizard.email.kept")
	h.Ctrl(fyne.KeyComma)
	h.SeesFilled("ui.settings.email-due", "mara@example.org")
	h.Do("ui.settings.change-name", uitest.Key("ui.delivery.title"))
	h.Sees("ui.settings.delivery-set")
	h.Do("ui.delivery.test")
	h.Sees("error.mail_unreachable.what")
}
