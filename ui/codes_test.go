package ui

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/print"
)

func TestBackupCodes(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	_, first := h.enrolApp()
	h.pass(11 * time.Minute)
	h.ctrl(fyne.Key4)
	h.sees("ui.codes.lead", "ui.codes.next")
	h.press(fyne.KeyReturn) // Generate a code
	h.sees("wizard.password.heading", "ui.reauth.why")
	h.write("wrong horse battery")
	h.press(fyne.KeyReturn)
	h.sees("error.invalid_credentials.password.what")
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("ui.codes.made")
	h.seesFilled("wizard.save.number", with{"number": 2})
	for _, n := range []string{"3", "4", "5"} {
		h.do("ui.codes.generate")
		h.seesFilled("wizard.save.number", with{"number": n})
	}
	h.do("ui.codes.generate")
	h.sees("error.backup_codes_full.what", "error.backup_codes_full.next") // R71

	h.do("ui.codes.check")
	h.sees("ui.check.why")
	h.write(first)
	h.press(fyne.KeyReturn)
	h.seesFilled("ui.check.active", "1")
	h.press(fyne.KeyEscape)

	h.do("ui.codes.replace-do")
	h.seesFilled("ui.codes.replace.void", 5)
	h.press(fyne.KeyEscape)
	h.do("ui.codes.replace-do")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.seesFilled("wizard.save.number", with{"number": 6})
	h.do("ui.codes.check")
	h.write(first)
	h.press(fyne.KeyReturn)
	h.seesFilled("ui.check.void", "1")
}

// A code that nobody can show again is not left by a slip.
func TestUnsavedCodeIsNotLeft(t *testing.T) {
	h := newHouse(t, nil)
	h.printer.names = []print.Printer{{Name: "office", Description: "Office"}}
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.sees("ui.codes.made")
	h.seesFilled("wizard.save.number", with{"number": 2})
	h.ctrl(fyne.Key1)
	h.sees("ui.codes.leave", "ui.codes.leave.why")
	h.press(fyne.KeyReturn) // the safe answer has the keyboard
	h.misses("ui.codes.leave")
	h.seesFilled("wizard.save.number", with{"number": 2})
	h.do("wizard.save.print")
	h.ctrl(fyne.Key1) // nothing is printed yet
	h.sees("ui.codes.leave")
	h.press(fyne.KeyEscape, fyne.KeyEscape)
	h.seesFilled("wizard.save.number", with{"number": 2})
	h.do("wizard.save.copy")
	h.ctrl(fyne.Key1)
	h.sees("ui.rescue.question") // there is a copy
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.seesFilled("wizard.save.number", with{"number": 3})
	h.ctrl(fyne.Key5)
	h.press(fyne.KeyTab, fyne.KeyReturn) // Leave
	h.misses("wizard.save.number", with{"number": 3})
}

func TestSheets(t *testing.T) {
	h := newHouse(t, nil)
	h.printer.names = []print.Printer{{Name: "office", Description: "Office"}}
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.sees("ui.codes.made")
	code := h.backupCode()

	dir := t.TempDir()
	h.do("wizard.save.save")
	h.sees("ui.save.codes", "ui.save.why")
	h.press(fyne.KeyRight) // as text
	h.tabTo("ui.save.where")
	h.empty()
	h.write(filepath.Join(dir, "codes.txt"))
	h.press(fyne.KeyReturn)
	h.sees("ui.save.done")
	text, err := os.ReadFile(filepath.Join(dir, "codes.txt"))
	must(t, err)
	st, err := os.Stat(filepath.Join(dir, "codes.txt"))
	must(t, err)
	if !strings.Contains(string(text), code) || !strings.Contains(string(text), "mara") || st.Mode().Perm() != 0o600 {
		t.Errorf("saved with mode %v: %s", st.Mode(), text)
	}
	h.do("wizard.save.save")
	h.press(fyne.KeyRight)
	h.tabTo("ui.save.where")
	h.empty()
	h.write(filepath.Join(dir, "codes.txt"))
	h.press(fyne.KeyReturn)
	h.sees("ui.save.exists")
	h.press(fyne.KeyEscape)

	h.do("wizard.save.print")
	h.sees("ui.print.title")
	h.seesText("Office")
	h.press(fyne.KeyReturn)
	h.sees("ui.codes.made")
	h.seesFilled("ui.print.done", "Office")
	if len(h.printer.got) != 1 || !bytes.HasPrefix(h.printer.got[0], []byte("%PDF-")) {
		t.Errorf("the printer got %d documents", len(h.printer.got))
	}
}

// Without a printer the sheet is saved and opened, and where it is is said: nobody
// tells whether a program came up.
func TestSheetIsOpened(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.sees("ui.codes.made")
	h.do("wizard.save.print")
	h.sees("ui.print.none")
	h.do("ui.print.save-open")
	h.sees("ui.save.codes")
	h.empty()
	path := filepath.Join(t.TempDir(), "codes.pdf")
	h.write(path)
	h.press(fyne.KeyReturn)
	h.seesFilled("ui.print.opening", path)
}

func TestTemporaryPasswords(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key5)
	h.sees("ui.temporary.off")
	h.enrolApp()
	h.ctrl(fyne.Key5)
	h.sees("ui.temporary.none")
	h.press(fyne.KeyReturn)
	h.sees("ui.temporary.label")
	h.press(fyne.KeyReturn)
	h.sees("error.empty.label.what")
	h.write("curl")
	h.press(fyne.KeyReturn)
	h.sees("ui.temporary.once")
	h.seesFilled("ui.temporary.for", "curl")
	h.seesFilled("ui.temporary.row", key("ui.service.any"))
	h.do("wizard.copy")
	secret := h.app.Clipboard().Content()
	if len(secret) != 19 {
		t.Errorf("copied %q", secret)
	}
	if err := h.basic("mara", secret); err != nil {
		t.Errorf("the temporary password: %v", err)
	}
	if err := h.basic("mara", password); err == nil {
		t.Error("the ordinary password works without a second step")
	}
	h.ctrl(fyne.Key5)
	h.seesFilled("ui.temporary.used", 1) // it was used, and the list says so
	h.pass(59*time.Minute + 30*time.Second)
	h.pass(31 * time.Second)
	h.sees("ui.temporary.over", "ui.temporary.expired")
	if err := h.basic("mara", secret); err == nil {
		t.Error("an expired temporary password works")
	}
}
