package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/uitest"
)

// A page that shows a secret once asks before the secret disappears, unless it
// was kept.
func TestSecretShownOnceIsNotLostWithoutAQuestion(t *testing.T) {
	asks := func(h *uitest.Harness, question uitest.Key, lose func()) {
		t.Helper()
		lose()
		h.Sees(question, question+".why")
		h.Press(fyne.KeyEscape)
		h.Misses(question)
	}
	t.Run("invitation", func(t *testing.T) {
		h := uitest.NewOwn(t)
		h.SignUp("mara", uitest.Password)
		h.Ctrl(fyne.KeyComma)
		h.Do("ui.settings.change-name", uitest.Key("ui.accounts.title"))
		h.Do("ui.accounts.invite-do")
		h.TabTo("ui.accounts.address")
		h.Write("sam@example.org")
		h.Press(fyne.KeyReturn)
		h.SeesFilled("ui.accounts.made", "sam@example.org")
		asks(h, "ui.accounts.leave", func() { h.Press(fyne.KeyEscape) })
		asks(h, "ui.accounts.leave", func() { h.Ctrl(fyne.Key6) })
		asks(h, "ui.accounts.leave", func() { h.Do("ui.accounts.invite-do") })
		h.Do("wizard.copy")
		h.Press(fyne.KeyEscape)
		h.Sees("ui.settings.server")
	})
	t.Run("temporary password", func(t *testing.T) {
		h := uitest.New(t, nil)
		h.SignUp("mara", uitest.Password)
		h.EnrolApp()
		h.Ctrl(fyne.Key5)
		h.Do("ui.temporary.new")
		h.Write("curl")
		h.Press(fyne.KeyReturn)
		h.Sees("ui.temporary.once")
		asks(h, "ui.temporary.leave", func() { h.Ctrl(fyne.Key6) })
		asks(h, "ui.temporary.leave", func() { h.Do("ui.temporary.new") })
		h.Advance(time.Hour + time.Second)
		h.Sees("ui.temporary.over") // no question after the password has expired
		h.Ctrl(fyne.Key6)
		h.Sees("ui.sessions.only")
		h.Ctrl(fyne.Key5)
		h.Do("ui.temporary.new")
		h.Write("mail")
		h.Press(fyne.KeyReturn)
		h.Sees("ui.reauth.why")
		h.Write(uitest.Password)
		h.Press(fyne.KeyReturn)
		h.Sees("ui.temporary.once")
		h.Do("wizard.copy")
		h.Ctrl(fyne.Key6)
		h.Sees("ui.sessions.only")
	})
	t.Run("backup code", func(t *testing.T) {
		h := uitest.New(t, nil)
		h.SignUp("mara", uitest.Password)
		h.EnrolApp()
		h.Ctrl(fyne.Key4)
		h.Do("ui.codes.generate-more.5")
		h.Sees("ui.codes.made-why")
		asks(h, "ui.codes.leave", func() { h.Ctrl(fyne.Key6) })
		h.Do("wizard.save.copy")
		asks(h, "ui.codes.leave", func() { h.Ctrl(fyne.Key6) }) // the clipboard is no copy
		h.CheckCopy(strings.Join(strings.Fields(h.App.Clipboard().Content()), " "), "wizard.save.check")
		h.Ctrl(fyne.Key6)
		h.Sees("ui.sessions.only")
	})
}

// After a refusal by the server, the dialog still has the typed text and the
// choices.
func TestRefusedTemporaryPasswordKeepsWhatWasTyped(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	server := h.Console.Server()
	h.Ctrl(fyne.Key5)
	h.Do("ui.temporary.new")
	for range h.Console.About().Limits.TemporaryPasswords { // meanwhile, in another client
		_, err := server.NewTemporaryPassword(context.Background(), "curl", "")
		uitest.Must(t, err)
	}
	h.Write("Thunderbird")
	h.TabToMatch("ui.temporary.service", h.Pattern("ui.temporary.service")+" "+h.Pattern("ui.service.any"))
	h.Press(fyne.KeyReturn, fyne.KeyDown, fyne.KeyReturn)
	chosen := uitest.Key("ui.service." + api.Services()[0])
	h.Do("ui.temporary.make")
	h.Sees("error.temporary_passwords_full.what", "ui.temporary.service-hint", chosen)
	if !strings.Contains(h.Seen(), "Thunderbird") {
		t.Errorf("what was typed is gone: %s", h.Seen())
	}
	list, err := server.TemporaryPasswords(context.Background())
	uitest.Must(t, err)
	uitest.Must(t, server.RevokeTemporaryPassword(context.Background(), list[0].ID))
	h.Do("ui.temporary.make")
	h.SeesFilled("ui.temporary.for", "Thunderbird")
}

// While sign-up is closed, the page does not offer to invite anybody.
func TestNobodyIsAdvisedToInviteWhileTheServerIsClosed(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.KeyComma)
	h.Do("ui.settings.change-name", uitest.Key("ui.accounts.title"))
	h.Sees("ui.accounts.none-why")
	h.TabTo("ui.accounts.title")
	h.Press(fyne.KeyRight)
	h.Sees("ui.accounts.none-closed")
	h.Misses("ui.accounts.none-why")
}
