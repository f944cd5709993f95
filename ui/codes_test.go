package ui_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/print"
	"nightlatch/ui/uitest"
)

func TestBackupCodes(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	_, first := h.EnrolApp()
	h.Advance(11 * time.Minute)
	h.Ctrl(fyne.Key4)
	h.Sees("ui.codes.lead", "ui.codes.next")
	h.Press(fyne.KeyReturn) // Generate a code
	h.Sees("wizard.password.heading", "ui.reauth.why")
	h.Write("wrong horse battery")
	h.Press(fyne.KeyReturn)
	h.Sees("error.invalid_credentials.password.what")
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.codes.made", "ui.codes.not-yet-why")
	if made := h.NewCodes(); len(made) != 4 { // up to five in one go, with one notice
		t.Errorf("%d new codes", len(made))
	}
	h.Sees("error.backup_codes_full.what", "error.backup_codes_full.next") // R71, before it is tried
	h.Mail("mara@example.org", func(text string) string {
		if strings.Contains(text, "4 backup codes were made for your account: numbers 2 to 5") {
			return text
		}
		return ""
	})
	h.Misses("ui.codes.generate-more.5") // R71: five are active

	h.Do("ui.codes.check")
	h.Sees("ui.check.why")
	h.Write(first)
	h.Press(fyne.KeyReturn)
	h.SeesFilled("ui.check.active", "1")
	h.Press(fyne.KeyEscape)

	h.Do("ui.codes.replace-do")
	h.SeesFilled("ui.codes.replace.void", 5)
	h.Press(fyne.KeyEscape)
	h.Do("ui.codes.replace-do")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	if made := h.NewCodes(); len(made) != 5 {
		t.Errorf("%d codes replace the old ones", len(made))
	}
	h.Sees("ui.codes.void.backup-codes-replaced")
	h.Do("ui.codes.check")
	h.Write(first)
	h.Press(fyne.KeyReturn)
	h.SeesFilled("ui.check.void", "1")
}

// The user is asked before leaving new codes without a copy.
func TestUnsavedCodeIsNotLeft(t *testing.T) {
	h := uitest.New(t, nil)
	h.Printer.Names = []print.Printer{{Name: "office", Description: "Office"}}
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Ctrl(fyne.Key4)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.codes.made")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.codes.leave", "ui.codes.leave.why")
	h.Press(fyne.KeyReturn) // the safe answer has the focus
	h.Misses("ui.codes.leave")
	h.Sees("ui.codes.made")
	h.Do("wizard.save.print")
	h.Ctrl(fyne.Key1) // nothing has been printed
	h.Sees("ui.codes.leave")
	h.Press(fyne.KeyEscape, fyne.KeyEscape)
	h.Sees("ui.codes.made")
	h.Do("wizard.save.copy")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.codes.leave") // the clipboard is no copy
	h.Press(fyne.KeyEscape)
	codes := h.NewCodes()
	h.CheckCopy(strings.Join(codes[:3], " "), "wizard.save.check")
	h.SeesFilled("ui.codes.some-kept", 3, "4")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.codes.leave")             // the fourth code is not checked
	h.Press(fyne.KeyTab, fyne.KeyReturn) // Leave
	h.Sees("ui.rescue.one-code.4")
	h.Ctrl(fyne.Key4)
	h.Misses("ui.codes.made")
}

func TestSheets(t *testing.T) {
	h := uitest.New(t, nil)
	h.Printer.Names = []print.Printer{{Name: "office", Description: "Office"}}
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Ctrl(fyne.Key4)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.codes.made")
	code := h.NewCodes()[0]

	dir := t.TempDir()
	h.Do("wizard.save.save")
	h.Sees("ui.save.codes", "ui.save.codes.why")
	h.Press(fyne.KeyRight) // as text
	h.TabTo("ui.save.where")
	h.ClearField()
	h.Write(filepath.Join(dir, "codes.txt"))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.save.done")
	text, err := os.ReadFile(filepath.Join(dir, "codes.txt"))
	uitest.Must(t, err)
	st, err := os.Stat(filepath.Join(dir, "codes.txt"))
	uitest.Must(t, err)
	if !strings.Contains(string(text), code) || !strings.Contains(string(text), "mara") || st.Mode().Perm() != 0o600 {
		t.Errorf("saved with mode %v: %s", st.Mode(), text)
	}
	h.Do("wizard.save.save")
	h.Press(fyne.KeyRight)
	h.TabTo("ui.save.where")
	h.ClearField()
	h.Write(filepath.Join(dir, "codes.txt"))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.save.exists")
	h.Press(fyne.KeyEscape)

	h.Do("wizard.save.print")
	h.Sees("ui.print.title")
	h.SeesText("Office")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.codes.made")
	h.SeesFilled("ui.print.done", "Office")
	if len(h.Printer.Got) != 1 || !bytes.HasPrefix(h.Printer.Got[0], []byte("%PDF-")) {
		t.Errorf("the printer got %d documents", len(h.Printer.Got))
	}
}

// Without a printer the sheet is saved and opened. The console shows its path, because it
// can't know whether a program has opened it.
func TestSheetIsOpened(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Ctrl(fyne.Key4)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.codes.made")
	h.Do("wizard.save.print")
	h.Sees("ui.print.none")
	h.Do("ui.print.save-open")
	h.Sees("ui.save.codes")
	h.ClearField()
	path := filepath.Join(t.TempDir(), "codes.pdf")
	h.Write(path)
	h.Press(fyne.KeyReturn)
	h.SeesFilled("ui.print.opening", path)
}

func TestTemporaryPasswords(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key5)
	h.Sees("ui.temporary.off")
	h.EnrolApp()
	h.Ctrl(fyne.Key5)
	h.Sees("ui.temporary.none")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.temporary.label")
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.label.what")
	h.Write("curl")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.temporary.once")
	h.SeesFilled("ui.temporary.for", "curl")
	h.SeesFilled("ui.temporary.row", uitest.Key("ui.service.any"))
	h.Do("wizard.copy")
	secret := h.App.Clipboard().Content()
	if len(secret) != 19 {
		t.Errorf("copied %q", secret)
	}
	if err := h.Basic("mara", secret); err != nil {
		t.Errorf("the temporary password: %v", err)
	}
	if err := h.Basic("mara", uitest.Password); err == nil {
		t.Error("the account password works without a second step")
	}
	h.Ctrl(fyne.Key5)
	h.SeesFilled("ui.temporary.used", 1) // the list shows the use
	h.Advance(59*time.Minute + 30*time.Second)
	h.Advance(31 * time.Second)
	h.Sees("ui.temporary.over", "ui.temporary.expired")
	if err := h.Basic("mara", secret); err == nil {
		t.Error("an expired temporary password works")
	}
}
