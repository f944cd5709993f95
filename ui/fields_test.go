package ui_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// refusals are what a screen says is wrong: the names of the marked controls, and the number
// of places that say it.
func refusals(h *uitest.Harness) (marked []string, told int) {
	kittest.WalkVisible(h.Top(), func(o fyne.CanvasObject) {
		switch v := o.(type) {
		case *control.Input:
			if v.Marked() {
				marked = append(marked, v.Name)
			}
		case *control.CodeField:
			if v.Marked() {
				marked = append(marked, "code")
			}
		case *kit.Banner:
			if v.Tone() == look.Refused {
				told++
			}
		}
		if f, ok := o.(interface{ Refused() bool }); ok && f.Refused() {
			told++
		}
	})
	return marked, told
}

// check fails unless a refusal marks one field and nothing else, says one thing, and puts
// the focus where the person goes on. Without a field ("") nothing is marked.
func check(t *testing.T, h *uitest.Harness, what, field, focus string) {
	t.Helper()
	marked, told := refusals(h)
	if got := strings.Join(marked, ","); got != field || told != 1 {
		t.Errorf("%s: marks %q in %d places, want %q in one; on screen: %s", what, got, told, field, h.Seen())
	}
	if at := h.Canvas().Focused(); at == nil || !strings.HasSuffix(shell.NameOf(at), focus) {
		t.Errorf("%s: the focus is on %v, not on %q", what, at, focus)
	}
}

// A refused answer marks the field it belongs to and says there what is wrong. What belongs
// to no field is said in a banner, and nothing that may be right is marked.
func TestRefusedAnswersMarkTheirField(t *testing.T) {
	h := uitest.New(t, nil)
	w := h.Console.Catalog
	name, password := w.T("wizard.username"), w.T("wizard.password")
	h.Sees("wizard.sign-up.heading")
	h.Press(fyne.KeyReturn)
	check(t, h, "no user name", name, name)
	h.Write("a b")
	h.Press(fyne.KeyTab)
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	check(t, h, "a user name with a space", name, name)
	h.Write("mara") // the refused name is selected
	h.Press(fyne.KeyTab)
	h.Write("seven77")
	h.Press(fyne.KeyReturn)
	check(t, h, "a short password", password, password)
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Settle()

	secret, backup := h.EnrolApp()
	h.SignOut()
	h.EnterPassword("mara", "not the password")
	check(t, h, "a wrong password", "", password)
	if got := h.Seen(); !strings.Contains(got, "mara") || strings.Contains(got, "not the password") {
		t.Errorf("after a wrong password the form shows %s", got)
	}
	h.Press(fyne.KeyReturn)
	check(t, h, "no password", password, password)
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.app.heading")
	h.Write("12")
	h.Press(fyne.KeyReturn)
	check(t, h, "half a code", "code", "")
	h.Write("3456")
	if !h.Shows("wizard.code.app.heading") {
		t.Error("a complete code submits itself")
	}
	h.Press(fyne.KeyReturn)
	check(t, h, "a wrong code", "code", "")
	h.Press(fyne.KeyHome, fyne.KeyDelete)
	if marked, told := refusals(h); len(marked)+told != 0 {
		t.Errorf("after an edit %q is still marked, %d times", marked, told)
	}

	h.Do("wizard.ways.link")
	h.Do("method.backup-code")
	wrong := "0" + backup[1:]
	if strings.HasPrefix(backup, "0") {
		wrong = "1" + backup[1:]
	}
	h.Write(wrong[:7])
	h.Press(fyne.KeyReturn)
	check(t, h, "half a backup code", "code", "")
	h.SeesFilled("error.short.code.backup.why", uitest.With{"typed": 6, "digits": 16})
	h.Write(wrong)
	h.Press(fyne.KeyReturn)
	check(t, h, "a backup code that is none", "code", "")
	h.Press(fyne.KeyHome) // the first symbol alone is typed again
	h.Write(backup[:1])
	h.Press(fyne.KeyReturn)
	h.Settle()
	_ = secret
}

// Dialogs and settings say at the field what is wrong, too.
func TestRefusedDialogsMarkTheirField(t *testing.T) {
	h := uitest.New(t, crawlSeed())
	signIn(h, "mara")
	w := h.Console.Catalog
	h.Ctrl(fyne.Key5)
	h.Sees("ui.temporary.lead")
	h.Do("ui.temporary.new")
	h.Press(fyne.KeyReturn)
	check(t, h, "no label", w.T("ui.temporary.label"), w.T("ui.temporary.label"))
	h.Paste("\u2800\u2800")
	h.Press(fyne.KeyReturn)
	h.Settle()
	if top := h.Canvas().Overlays().Top(); top != nil {
		if marked, told := refusals(h); told > 1 || len(marked) > 1 {
			t.Errorf("an invisible label is refused in %d places", told)
		}
		h.Press(fyne.KeyEscape)
	}
	h.Ctrl(fyne.Key4)
	h.Do("ui.codes.check")
	h.Press(fyne.KeyReturn)
	check(t, h, "no code", "code", "")
	h.Write("0000000000000000")
	h.Press(fyne.KeyReturn)
	check(t, h, "a code that is none", "code", "")
	h.Press(fyne.KeyEscape)
}

// Back keeps what was typed, but no secret.
func TestBackKeepsWhatWasTyped(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.text"))
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.phone.heading")
	h.Write("+12025550143")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.text.heading")
	h.Do("wizard.back")
	h.Sees("wizard.phone.heading")
	h.SeesText("+12025550143")
	h.Write("+1202555")
	if got := h.Seen(); strings.Contains(got, "+12025550143") {
		t.Errorf("typing does not replace the number: %s", got)
	}
}

// Who is asked for the password and cancels finds the dialog again with what was typed.
func TestCancelledPasswordKeepsTheDialog(t *testing.T) {
	h := uitest.New(t, crawlSeed())
	signIn(h, "mara")
	h.Advance(2 * time.Hour) // the password was proved too long ago
	h.Ctrl(fyne.Key5)
	h.Sees("ui.temporary.lead")
	h.Do("ui.temporary.new")
	h.Write("Printer in the hall")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.reauth.why")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.temporary.label-hint")
	h.SeesText("Printer in the hall")
}
