package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/uitest"
)

// R7: the first account of the window is the owner's. The owner invites
// somebody, who creates an account with the code in the same window. The
// sign-in form offers only what can work.
func TestInvitationInTheWindow(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	if !h.Console.Account().Owner {
		t.Fatal("the first account is not the owner's")
	}
	h.Ctrl(fyne.KeyComma)
	h.Sees("ui.settings.server")
	h.Do("ui.settings.change-name", uitest.Key("ui.accounts.title"))
	h.Sees("ui.accounts.lead", "ui.accounts.invite-why", "ui.accounts.none")
	invite := func(address string) string {
		t.Helper()
		h.Do("ui.accounts.invite-do")
		h.Sees("ui.accounts.invite-new")
		h.TabTo("ui.accounts.address")
		h.Write(address)
		h.Press(fyne.KeyReturn)
		h.SeesFilled("ui.accounts.made", address)
		h.Do("wizard.copy")
		return h.App.Clipboard().Content()
	}
	taken := invite("sam@example.org")
	h.Do("ui.accounts.take-back-name", "sam@example.org")
	h.SeesFilled("ui.accounts.take-back", "sam@example.org")
	h.Press(fyne.KeyTab, fyne.KeyReturn) // Cancel has the focus
	h.Sees("ui.accounts.none")
	code := invite("pat@example.org")
	h.SignOut()

	h.Sees("wizard.sign-in.invited")
	h.Misses("wizard.sign-in.sign-up")
	enter := func(code string) {
		t.Helper()
		h.Do("wizard.sign-in.invited")
		h.Sees("ui.invited.why")
		h.TabTo("ui.invited.code")
		h.Write(code)
		h.Press(fyne.KeyReturn)
	}
	enter(taken)
	h.Sees("error.invitation_invalid.what", "ui.invited.why")
	if !strings.Contains(h.Seen(), taken) {
		t.Errorf("what was typed is gone:\n%s", h.Seen())
	}
	h.TabTo("ui.invited.code")
	h.ClearField()
	h.Write(code)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.sign-up.next")
	h.Write("pat")
	h.Press(fyne.KeyTab)
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
	if a := h.Console.Account(); a.Username != "pat" || a.Owner || a.Email != "pat@example.org" || a.EmailConfirmed {
		t.Errorf("account %+v", a)
	}
	h.Ctrl(fyne.KeyComma)
	h.Sees("ui.settings.server")
	h.Misses("ui.accounts.title")
	h.SignOut()
	enter(code)
	h.Sees("error.invitation_invalid.used.what", "ui.invited.why")
}

// R7: the owner closes sign-up and transfers the role.
func TestOwnerInTheWindow(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.KeyComma)
	h.Do("ui.settings.change-name", uitest.Key("ui.accounts.title"))
	h.Sees("ui.accounts.lead")
	_, err := h.Server.Invite(t.Context(), "pat@example.org") // nightlatch admin invite
	uitest.Must(t, err)
	h.SeesText("pat@example.org") // appears without a reload by the user
	h.TabTo("ui.accounts.title")
	h.Press(fyne.KeyRight)
	h.Sees("ui.accounts.closed-why", "ui.accounts.saved")
	if about, err := h.Client.About(t.Context()); err != nil || about.SignUp != api.SignUpClosed {
		t.Errorf("about %+v, %v", about, err)
	}
	h.Do("ui.accounts.hand-on-do")
	h.Sees("ui.accounts.hand-on-why")
	h.TabTo("ui.accounts.hand-on-to")
	h.Write("nobody")
	h.Do("ui.accounts.hand-on-do") // the dialog's button
	h.Sees("error.not_found.account.what", "ui.accounts.hand-on-why")
	h.Press(fyne.KeyEscape)
	h.Misses("ui.accounts.hand-on-why")
	h.SignOut()
	h.Sees("wizard.sign-in.closed")
	h.Misses("wizard.sign-in.sign-up")
	h.Misses("wizard.sign-in.invited")
}
