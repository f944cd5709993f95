package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/server/seed"
)

func TestSessions(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	for range 2 {
		h.signInElsewhere("mara", password)
	}
	h.ctrl(fyne.Key6)
	h.sees("ui.sessions.current")
	h.seesText("curl")
	h.do("ui.sessions.end-others-do")
	h.sees("ui.sessions.end-others.why")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("ui.sessions.only")
}

func TestSessionEndedElsewhere(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	other := h.client.WithToken(h.signInElsewhere("mara", password))
	must(t, other.EndOtherSessions(context.Background()))
	h.sees("error.sign_in_required.what", "wizard.sign-in.lead")
}

func TestActivity(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key7)
	h.sees("activity.account-created", "activity.app-enabled", "activity.backup-code-issued", "when.today")
	h.tabTo("ui.activity.search")
	h.write("backup")
	h.sees("activity.backup-code-issued")
	if h.shows("activity.account-created") {
		t.Error("the search leaves in what doesn’t match")
	}
	dir := t.TempDir()
	h.do("ui.activity.export")
	h.press(fyne.KeyRight)
	h.tabTo("ui.save.where")
	h.empty()
	h.write(filepath.Join(dir, "a.csv"))
	h.press(fyne.KeyReturn)
	h.sees("ui.save.done")
	csv, err := os.ReadFile(filepath.Join(dir, "a.csv"))
	must(t, err)
	if lines := strings.Split(strings.TrimSpace(string(csv)), "\n"); len(lines) != 2 || !strings.Contains(lines[1], string(api.EventBackupCodeIssued)) {
		t.Errorf("exported\n%s", csv)
	}
}

func TestEveryEventHasWords(t *testing.T) {
	t.Parallel()
	w := newWords(t)
	for _, kind := range auditTypes(t) {
		e := api.Activity{Type: kind, Details: map[string]string{}}
		if eventTitle(w, e) == w.T("activity.other", assets.Args{"type": string(kind)}) || !w.Has("activity."+string(kind)) {
			t.Errorf("no words for %q", kind)
		}
		if icon, _ := eventIcon(e); icon == "info" {
			t.Errorf("no icon for %q", kind)
		}
	}
}

func TestSettings(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.KeyComma)
	h.sees("ui.settings.appearance")
	h.tabTo("ui.settings.appearance")
	h.press(fyne.KeyRight, fyne.KeyRight)
	h.tabTo("ui.settings.text-size")
	h.press(fyne.KeyRight)
	if got := h.prefs.String(prefAppearance); got != "dark" {
		t.Errorf("appearance %q is kept", got)
	}
	h.leave()
	h.enter()
	h.sees("ui.rescue.question")
	h.ctrl(fyne.KeyComma)
	h.do("ui.settings.change-name", key("ui.settings.password"))
	h.sees("wizard.password.heading")
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("wizard.new-password.heading")
	h.write("short")
	h.press(fyne.KeyReturn)
	h.sees("error.password_refused.too_short.what")
	h.seesFilled("error.password_refused.too_short.why", with{"min": 8})
	h.write(" but long enough now")
	h.press(fyne.KeyReturn)
	h.sees("wizard.finished.change-password")
	h.press(fyne.KeyReturn)
	h.sees("ui.settings.appearance")
}

// R10: who has the number finds the account, unless one says otherwise.
func TestBeingFound(t *testing.T) {
	h := newHouse(t, &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: password, Email: "ada@example.org", Phone: "+12025550143"}}})
	h.passwordAt("ada", password)
	h.sees("ui.rescue.question")
	for _, on := range []bool{false, true} {
		h.ctrl(fyne.KeyComma)
		h.sees("ui.settings.found")
		h.tabTo("ui.settings.found")
		h.press(fyne.KeySpace)
		h.ctrl(fyne.Key7)
		h.sees(map[bool]key{false: "activity.findable-off", true: "activity.findable-on"}[on])
		a, err := h.console.server.Account(t.Context())
		must(t, err)
		if a.Discoverable != on || a.Phone == "" {
			t.Errorf("%+v, want discoverable %v", a, on)
		}
	}
}

// Where there is an account, another one is made from the door.
func TestAnotherAccount(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.signOut()
	h.do("wizard.sign-in.sign-up")
	h.sees("wizard.sign-up.further-lead")
	h.press(fyne.KeyEscape)
	h.sees("wizard.sign-in.lead")
	h.do("wizard.sign-in.sign-up")
	h.sees("wizard.sign-up.further-lead")
	h.tabTo("wizard.username")
	h.write("mara")
	h.press(fyne.KeyTab)
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("error.username_taken.what")
	h.tabTo("wizard.username")
	h.empty()
	h.write("nils")
	h.press(fyne.KeyReturn)
	h.sees("ui.rescue.question")
	if h.console.account.Username != "nils" {
		t.Errorf("signed in as %q", h.console.account.Username)
	}
}

func TestLabReset(t *testing.T) {
	users := &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: password, Email: "ada@example.org"}}}
	h := newHouse(t, users)
	h.passwordAt("ada", password)
	h.sees("ui.rescue.question")
	h.ctrl(fyne.KeyL)
	h.ctrl(fyne.KeyL)
	h.do("lab.reset-do")
	h.sees("lab.reset.why")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("wizard.sign-in.lead")
	h.passwordAt("ada", password)
	h.sees("ui.rescue.question")
}
