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
	h.sees("This one", "curl")
	h.do("End all others")
	h.sees("Every other client is signed out at once")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("Nobody else is signed in")
}

func TestSessionEndedElsewhere(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	other := h.client.WithToken(h.signInElsewhere("mara", password))
	must(t, other.EndOtherSessions(context.Background()))
	h.sees("You’re signed out", "First your password")
}

func TestActivity(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key7)
	h.sees("Account created", "Authenticator app turned on", "Backup code made", "Today")
	h.tabTo("Search")
	h.write("backup")
	h.sees("Backup code made")
	if strings.Contains(h.seen(), "Account created") {
		t.Error("the search leaves in what doesn’t match")
	}
	dir := t.TempDir()
	h.do("Export")
	h.press(fyne.KeyRight)
	h.tabTo("File")
	h.empty()
	h.write(filepath.Join(dir, "a.csv"))
	h.press(fyne.KeyReturn)
	h.sees("Saved as")
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
	h.sees("Appearance")
	h.tabTo("Appearance")
	h.press(fyne.KeyRight, fyne.KeyRight)
	h.tabTo("Text size")
	h.press(fyne.KeyRight)
	if got := h.prefs.String(prefAppearance); got != "dark" {
		t.Errorf("appearance %q is kept", got)
	}
	h.leave()
	h.enter()
	h.sees("If this phone died now")
	h.ctrl(fyne.KeyComma)
	h.do("Change: Password")
	h.sees("Enter your password")
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("Choose a new password")
	h.write("short")
	h.press(fyne.KeyReturn)
	h.sees("That password is too short", "at least 8 characters")
	h.write(" but long enough now")
	h.press(fyne.KeyReturn)
	h.sees("Your password is changed")
	h.press(fyne.KeyReturn)
	h.sees("Appearance")
}

// R10: who has the number finds the account, unless one says otherwise.
func TestBeingFound(t *testing.T) {
	h := newHouse(t, &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: password, Email: "ada@example.org", Phone: "+12025550143"}}})
	h.passwordAt("ada", password)
	h.sees("If this phone died now")
	for _, on := range []bool{false, true} {
		h.ctrl(fyne.KeyComma)
		h.sees("People who have your number can find you")
		h.tabTo("People who have your number can find you")
		h.press(fyne.KeySpace)
		h.ctrl(fyne.Key7)
		h.sees(map[bool]string{false: "no longer find your account", true: "can find your account"}[on])
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
	h.do("Create another account")
	h.sees("nothing to do with the others here")
	h.press(fyne.KeyEscape)
	h.sees("First your password, then a second step")
	h.do("Create another account")
	h.sees("nothing to do with the others here")
	h.tabTo("User name")
	h.write("mara")
	h.press(fyne.KeyTab)
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("That user name is taken")
	h.tabTo("User name")
	h.empty()
	h.write("nils")
	h.press(fyne.KeyReturn)
	h.sees("If this phone died now")
	if h.console.account.Username != "nils" {
		t.Errorf("signed in as %q", h.console.account.Username)
	}
}

func TestLabReset(t *testing.T) {
	users := &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: password, Email: "ada@example.org"}}}
	h := newHouse(t, users)
	h.passwordAt("ada", password)
	h.sees("If this phone died now")
	h.ctrl(fyne.KeyL)
	h.ctrl(fyne.KeyL)
	h.do("Reset")
	h.sees("Everything goes back to how it began")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("First your password, then a second step")
	h.passwordAt("ada", password)
	h.sees("If this phone died now")
}
