package ui_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/server/seed"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

func TestSessions(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	for range 2 {
		h.SignInElsewhere("mara", uitest.Password)
	}
	h.Ctrl(fyne.Key6)
	h.Sees("ui.sessions.current")
	h.SeesText("curl")
	h.Do("ui.sessions.end-others-do")
	h.Sees("ui.sessions.end-others.why")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("ui.sessions.only")
}

func TestSessionEndedElsewhere(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	other := h.Client.WithToken(h.SignInElsewhere("mara", uitest.Password))
	uitest.Must(t, other.EndOtherSessions(context.Background()))
	h.Sees("error.sign_in_required.what", "wizard.sign-in.lead")
}

func TestActivity(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Ctrl(fyne.Key7)
	h.Sees("activity.account-created", "activity.app-enabled", "activity.backup-code-issued", "when.today")
	h.TabTo("ui.activity.search")
	h.Write("backup")
	h.Sees("activity.backup-code-issued")
	if h.Shows("activity.account-created") {
		t.Error("the search shows an event that doesn’t match")
	}
	dir := t.TempDir()
	h.Do("ui.activity.export")
	h.Press(fyne.KeyRight)
	h.TabTo("ui.save.where")
	h.ClearField()
	h.Write(filepath.Join(dir, "a.csv"))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.save.done")
	csv, err := os.ReadFile(filepath.Join(dir, "a.csv"))
	uitest.Must(t, err)
	if lines := strings.Split(strings.TrimSpace(string(csv)), "\n"); len(lines) != 2 || !strings.Contains(lines[1], string(api.EventBackupCodeIssued)) {
		t.Errorf("exported\n%s", csv)
	}
}

func TestSettings(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.KeyComma)
	h.Sees("ui.settings.appearance")
	h.TabTo("ui.settings.appearance")
	h.Press(fyne.KeyRight, fyne.KeyRight)
	h.TabTo("ui.settings.text-size")
	h.Press(fyne.KeyRight)
	if got := h.Prefs.String(shell.PrefAppearance); got != "dark" {
		t.Errorf("the stored appearance is %q", got)
	}
	h.Restart()
	h.Sees("ui.overview.methods")
	h.Ctrl(fyne.KeyComma)
	h.Do("ui.settings.change-name", uitest.Key("ui.settings.password"))
	h.Sees("wizard.password.heading")
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.new-password.heading")
	h.Write("short")
	h.Press(fyne.KeyReturn)
	h.Sees("error.password_refused.too_short.what")
	h.SeesFilled("error.password_refused.too_short.why", uitest.With{"min": 8})
	h.Write(" but long enough now")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.finished.change-password")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.settings.appearance")
}

// R10: people who have the number can find the account, unless it is switched off.
func TestBeingFound(t *testing.T) {
	h := uitest.New(t, &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: uitest.Password, Email: "ada@example.org", Phone: "+12025550143"}}})
	h.EnterPassword("ada", uitest.Password)
	h.Sees("ui.overview.methods")
	for _, on := range []bool{false, true} {
		h.Ctrl(fyne.KeyComma)
		h.Sees("ui.settings.found")
		h.TabTo("ui.settings.found")
		h.Press(fyne.KeySpace)
		h.Ctrl(fyne.Key7)
		h.Sees(map[bool]uitest.Key{false: "activity.findable-off", true: "activity.findable-on"}[on])
		a, err := h.Console.Server().Account(t.Context())
		uitest.Must(t, err)
		if a.Discoverable != on || a.Phone == "" {
			t.Errorf("%+v, want discoverable %v", a, on)
		}
	}
}

// On a server with accounts, the sign-in form has a link to create another
// one.
func TestAnotherAccount(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.SignOut()
	h.Do("wizard.sign-in.sign-up")
	h.Sees("wizard.sign-up.further-lead")
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.sign-in.lead")
	h.Do("wizard.sign-in.sign-up")
	h.Sees("wizard.sign-up.further-lead")
	h.TabTo("wizard.username")
	h.Write("mara")
	h.Press(fyne.KeyTab)
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("error.username_taken.what")
	h.TabTo("wizard.username")
	h.ClearField()
	h.Write("nils")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
	if h.Console.Account().Username != "nils" {
		t.Errorf("signed in as %q", h.Console.Account().Username)
	}
}
