package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/uitest"
)

// Every way that takes an unkept backup code away asks first: in the wizard after an
// enrolment, and on the page with new codes (R77). The clipboard is no copy.
func TestEveryWayOutOfAnUnkeptCodeAsks(t *testing.T) {
	ways := map[string]func(h *uitest.Harness){
		"rail":     func(h *uitest.Harness) { h.Do("ui.rail.sessions") },
		"account":  func(h *uitest.Harness) { h.Ctrl(fyne.KeyComma) },
		"shortcut": func(h *uitest.Harness) { h.Ctrl(fyne.Key6) },
		"close":    func(h *uitest.Harness) { h.Console.Leaving(h.Console.Window().Close) }, // what the window's close button calls
		"sign out": func(h *uitest.Harness) { h.Console.ConfirmSignOut(); h.Settle() },
		"switch":   func(h *uitest.Harness) { h.Console.SignInAnother(); h.Settle() },
		"ceremony": func(h *uitest.Harness) {
			h.Console.BeginCeremony(api.Begin{Kind: api.EnrollKey}, "two-factor")
			h.Settle()
		},
		"reset": func(h *uitest.Harness) { h.Do("lab.reset-do") },
	}
	try := func(h *uitest.Harness, question uitest.Key, shown uitest.Key) {
		t.Helper()
		for name, lose := range ways {
			lose(h)
			if !h.Shows(question) {
				t.Fatalf("%s does not ask: %s", name, h.Seen())
			}
			h.Press(fyne.KeyReturn) // the safe answer has the focus
			h.Misses(question)
			h.Sees(shown)
		}
		h.Press(fyne.KeyEscape)
		h.Sees(shown)
	}
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.EnrolAppToCode()
	h.Do("wizard.save.copy")
	ways["got it"] = func(h *uitest.Harness) { h.Do("wizard.got-it") }
	try(h, "wizard.save.leave", "wizard.save.heading.enroll-app")
	first := h.BackupCode()
	h.Do("wizard.got-it")
	h.Press(fyne.KeyTab, fyne.KeyReturn) // Leave
	h.Sees("ui.two-factor.lead")

	// Nobody has the code, so it is no way back in, and the codes after it are not either.
	h.Ctrl(fyne.Key1)
	h.Sees("ui.rescue.no", "ui.rescue.next.replace", "ui.rescue.next.replace.why")
	h.Ctrl(fyne.Key4)
	h.SeesFilled("ui.codes.lost", "1")
	h.CheckCopy(first, "ui.codes.check") // it was written down
	h.Misses("ui.codes.lost", "1")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.rescue.one-code")

	h.Ctrl(fyne.Key4)
	h.Do("ui.codes.generate-more.5")
	h.Sees("ui.codes.made")
	delete(ways, "got it")
	try(h, "ui.codes.leave", "ui.codes.made")
}

// The sheet of void codes says what happened, with none active the page and the overview
// say so, and the button is "Generate".
func TestVoidCodesSayWhatHappened(t *testing.T) {
	h := uitest.New(t, crawlSeed())
	h.EnterPassword("mara", uitest.Password)
	h.Do("wizard.ways.link")
	h.Do("method.backup-code")
	h.SeesFilled("wizard.backup.others-void", uitest.With{"number": 1}) // R73: before it happens
	h.Write("q4tcm8ze1vja6y0p")                                         // number 2
	h.Press(fyne.KeyReturn)
	h.Sees("error.backup_code_out_of_order.what")
	h.Write(h.AppCode(appSecret))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.signed-in.few")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.rescue.no", "ui.rescue.codes-void")
	h.Do("ui.rescue.next.code.do")
	h.Sees("ui.codes.void.backup-codes-voided", "ui.codes.made")
	if made := h.NewCodes(); len(made) != 5 {
		t.Errorf("%d new codes: %s", len(made), h.Seen())
	}
}

// Codes can be selected and copied with the keyboard.
func TestCodesAreSelected(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.EnrolAppToCode()
	code := h.BackupCode()
	h.TabTo("wizard.save.number", uitest.With{"number": 1})
	secret := h.Canvas().Focused().(fyne.Shortcutable)
	secret.TypedShortcut(&fyne.ShortcutCopy{Clipboard: h.App.Clipboard()})
	if got := h.App.Clipboard().Content(); got != code {
		t.Errorf("copied %q of %q", got, code)
	}
}
