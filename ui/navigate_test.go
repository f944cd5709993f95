package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/seed"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

const shift = fyne.KeyModifierShift | fyne.KeyModifierShortcutDefault

// chooseItem moves to the item of the open menu with a text and performs it.
func chooseItem(h *uitest.Harness, name uitest.Key, args ...any) {
	h.T.Helper()
	menu, ok := h.Canvas().Overlays().Top().(*control.Menu)
	if !ok {
		h.T.Fatalf("no menu is open; on screen: %s", h.Seen())
	}
	for range 20 {
		if h.Names(" "+menu.AccessibilityLabel(), name, args...) {
			h.Press(fyne.KeyReturn)
			return
		}
		h.Press(fyne.KeyDown)
	}
	h.T.Fatalf("the menu has no item %s", name)
}

// The account menu says who is signed in, and switches between accounts that stay signed in,
// also after a restart.
func TestAccountMenu(t *testing.T) {
	h := uitest.New(t, &seed.Seed{Accounts: []seed.Account{
		{Username: "ada", Password: uitest.Password, Email: "ada@example.org"},
		{Username: "ben", Password: uitest.Password},
	}})
	h.EnterPassword("ada", uitest.Password)
	h.Sees("ui.rail.here")
	h.Settle()
	open := func() {
		t.Helper()
		h.TabTo("kit.account", h.Console.Account().Username)
		h.Press(fyne.KeyReturn)
	}
	open()
	h.SeesText("ada@example.org")
	h.Press(fyne.KeyEscape)
	if !h.HasFocus("kit.account", "ada") {
		t.Error("the focus did not return to the account")
	}
	h.Press(fyne.KeySpace)
	chooseItem(h, "ui.account.another")
	h.Sees("wizard.sign-in.lead")
	h.SeesFilled("ui.account.switch", "ada")
	h.Do("ui.account.switch", "ada") // the way back
	h.SeesFilled("ui.account.switched", "ada")

	open()
	chooseItem(h, "ui.account.another")
	h.EnterPassword("ben", uitest.Password)
	h.Settle()
	signedIn := func(want string, others ...string) {
		t.Helper()
		h.Settle()
		var names []string
		for _, o := range h.Console.OtherAccounts() {
			names = append(names, o.Username)
		}
		if got := h.Console.Account().Username; got != want || strings.Join(names, " ") != strings.Join(others, " ") {
			t.Fatalf("%q is in the window, and %q are signed in too; want %q and %q", got, names, want, others)
		}
	}
	signedIn("ben", "ada")
	h.Restart()
	signedIn("ben", "ada")
	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.account.switch", "ada")
	signedIn("ada", "ben")

	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.account.sign-out", "ada")
	h.Sees("ui.sessions.sign-out")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("wizard.sign-in.lead")
	h.Do("ui.account.switch", "ben")
	signedIn("ben")

	// An account whose session has ended elsewhere asks for the password again.
	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.account.another")
	h.EnterPassword("ada", uitest.Password)
	signedIn("ada", "ben")
	other := h.Client.WithToken(h.SignInElsewhere("ben", uitest.Password))
	uitest.Must(t, other.EndOtherSessions(t.Context()))
	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.account.switch", "ben")
	h.Sees("wizard.sign-in.lead")
	h.Do("ui.account.switch", "ada")
	signedIn("ada")

	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.account.another")
	h.EnterPassword("ben", uitest.Password)
	signedIn("ben", "ada")
	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.account.sign-out-all")
	h.Sees("ui.account.sign-out-all.why")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("wizard.sign-in.lead")
	signedIn("")
	if token, err := h.Vault.Token(); err != nil || token != "" {
		t.Errorf("the vault keeps %q, %v", token, err)
	}
}

// Every shortcut that the dialog lists is bound, and every one that is bound is listed.
func TestShortcutsAreListed(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Chord(fyne.KeySlash, shift)
	h.Sees("ui.shortcuts.title")
	for _, s := range h.Console.Shortcuts() {
		h.SeesText(s.Name, s.Keys[0].String())
	}
	h.Press(fyne.KeyEscape)
	h.Misses("ui.shortcuts.why")
	for _, s := range h.Console.Shortcuts() {
		for _, k := range s.Keys {
			if !h.Console.Shortcut(k) {
				t.Errorf("%s (%s) is not bound", s.Name, k)
			}
			h.Settle()
			for len(h.Canvas().Overlays().List()) > 0 {
				h.Press(fyne.KeyEscape)
			}
		}
	}
	h.Ctrl(fyne.KeyM)
	chooseItem(h, "ui.shortcuts.title")
	h.Sees("ui.shortcuts.why")
}

// In a small window with large text the list of shortcuts is scrolled by keys.
func TestLongDialogIsScrolledByKeys(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Prefs.SetInt(shell.PrefTextSize, 150)
	h.Console.Restyle()
	h.Console.Window().Resize(fyne.NewSize(760, 560))
	h.Chord(fyne.KeySlash, shift)
	s := shell.ScrollIn(h.Canvas().Overlays().Top())
	h.Press(fyne.KeyDown)
	if s.Offset.Y == 0 {
		t.Error("Down does not scroll the dialog")
	}
	for range 20 {
		h.Press(fyne.KeyPageDown)
	}
	if end := s.Content.Size().Height - s.Size().Height; s.Offset.Y < end-1 || end <= 0 {
		t.Errorf("the end of the dialog is at %v, the keys reach %v", end, s.Offset.Y)
	}
}

// chosen waits until the search offers a result first.
func chosen(h *uitest.Harness, want string) {
	h.T.Helper()
	h.WaitFor(want, true, func() bool {
		p, ok := h.Canvas().Overlays().Top().(*control.Palette)
		return ok && p.Chosen() == want
	})
}

// Ctrl+K searches pages, settings, actions and the whole activity list, by keyboard alone.
func TestSearchEverything(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	for range 55 {
		h.SignInElsewhere("mara", uitest.Password)
	}
	w := h.Console.Catalog
	title := func(id shell.PageID) {
		h.T.Helper()
		h.Settle()
		if got := h.Console.Window().Title(); !strings.HasPrefix(got, h.Console.PageTitle(id)+" – ") {
			t.Errorf("the window shows %q, want %s", got, id)
		}
	}

	h.Ctrl(fyne.KeyK)
	h.Sees("ui.search.pages", "ui.search.actions")
	h.Write("sessi")
	chosen(h, w.T("ui.rail.sessions"))
	h.Press(fyne.KeyReturn)
	title(shell.Sessions)

	h.Ctrl(fyne.KeyK)
	h.Write("audit") // a word of the page that is not in its title
	chosen(h, w.T("ui.rail.activity"))
	h.Press(fyne.KeyEscape)
	title(shell.Sessions)

	h.Ctrl(fyne.KeyK)
	h.Write("TEXT size")
	chosen(h, w.T("ui.settings.text-size"))
	h.Press(fyne.KeyReturn)
	title(shell.Settings)
	if !h.HasFocus("ui.settings.text-size") {
		t.Errorf("the focus is on %s", shell.NameOf(h.Canvas().Focused()))
	}

	h.Ctrl(fyne.KeyK)
	h.Write("account created") // older than the first page of the list
	chosen(h, w.T("activity.account-created"))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.event.entry")
	h.Press(fyne.KeyEscape)
	title(shell.Settings)

	h.Ctrl(fyne.KeyK)
	h.Write("curl")
	h.SeesFilled("ui.search.more", "curl")
	for range 20 {
		h.Press(fyne.KeyDown)
	}
	h.Press(fyne.KeyReturn)
	title(shell.Activity)
	h.SeesText("curl 8.5.0")

	h.Ctrl(fyne.KeyK)
	h.Write("change your pass")
	chosen(h, w.T("wizard.title.change-password"))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.password.heading")

	h.Ctrl(fyne.KeyK)
	h.Write("xyzzy")
	h.SeesFilled("ui.search.nothing", "xyzzy")
	h.Sees("ui.search.nothing-why")
	h.Press(fyne.KeyReturn) // nothing happens
	h.Sees("ui.search.nothing-why")
	h.Press(fyne.KeyEscape)
	h.Misses("ui.search.nothing-why")
}

// Every row of the settings and every page of the rail is found by its name.
func TestSearchFindsEverySetting(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	h.Settle()
	h.Ctrl(fyne.KeyComma)
	h.Settle()
	for _, f := range h.Console.Finds() {
		h.Ctrl(fyne.KeyK)
		h.Write(f.Title)
		h.SeesText(f.Title)
		p := h.Canvas().Overlays().Top().(*control.Palette)
		found := p.Chosen() == f.Title
		for range 30 {
			h.Press(fyne.KeyDown)
			found = found || p.Chosen() == f.Title
		}
		if !found {
			t.Errorf("the search for %q does not find it", f.Title)
		}
		h.Press(fyne.KeyEscape)
	}
}
