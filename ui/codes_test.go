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
	h.sees("Each gets you in once", "The next one to use")
	h.press(fyne.KeyReturn) // Generate a code
	h.sees("Enter your password", "so it must be you")
	h.write("wrong horse battery")
	h.press(fyne.KeyReturn)
	h.sees("That isn’t your password")
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("Your new backup code", "Backup code number 2")
	for _, n := range []string{"3", "4", "5"} {
		h.do("Generate a code")
		h.sees("Backup code number " + n)
	}
	h.do("Generate a code")
	h.sees("Five backup codes are active", "Use those, or replace them all") // R71

	h.do("Check your copy")
	h.sees("It is looked up, not used")
	h.write(first)
	h.press(fyne.KeyReturn)
	h.sees("Right: that is number 1")
	h.press(fyne.KeyEscape)

	h.do("Replace all")
	h.sees("The 5 active codes become void")
	h.press(fyne.KeyEscape)
	h.do("Replace all")
	h.press(fyne.KeyTab, fyne.KeyReturn)
	h.sees("Backup code number 6")
	h.do("Check your copy")
	h.write(first)
	h.press(fyne.KeyReturn)
	h.sees("That is number 1, and it is void")
}

// A code that nobody can show again is not left by a slip.
func TestUnsavedCodeIsNotLeft(t *testing.T) {
	h := newHouse(t, nil)
	h.printer.names = []print.Printer{{Name: "office", Description: "Office"}}
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.sees("Your new backup code", "Backup code number 2")
	h.ctrl(fyne.Key1)
	h.sees("Leave without a copy?", "nobody can show it again")
	h.press(fyne.KeyReturn) // the safe answer has the keyboard
	h.misses("Leave without a copy?")
	h.sees("Backup code number 2")
	h.do("Print")
	h.ctrl(fyne.Key1) // nothing is printed yet
	h.sees("Leave without a copy?")
	h.press(fyne.KeyEscape, fyne.KeyEscape)
	h.sees("Backup code number 2")
	h.do("Copy")
	h.ctrl(fyne.Key1)
	h.sees("If this phone died now") // there is a copy
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.sees("Backup code number 3")
	h.ctrl(fyne.Key5)
	h.press(fyne.KeyTab, fyne.KeyReturn) // Leave
	h.misses("Backup code number 3")
}

func TestSheets(t *testing.T) {
	h := newHouse(t, nil)
	h.printer.names = []print.Printer{{Name: "office", Description: "Office"}}
	h.signUp("mara", password)
	h.enrolApp()
	h.ctrl(fyne.Key4)
	h.press(fyne.KeyReturn)
	h.sees("Your new backup code")
	code := h.backupCode()

	dir := t.TempDir()
	h.do("Save")
	h.sees("Save backup codes", "The file can be read by you alone")
	h.press(fyne.KeyRight) // as text
	h.tabTo("File")
	h.empty()
	h.write(filepath.Join(dir, "codes.txt"))
	h.press(fyne.KeyReturn)
	h.sees("Saved as")
	text, err := os.ReadFile(filepath.Join(dir, "codes.txt"))
	must(t, err)
	st, err := os.Stat(filepath.Join(dir, "codes.txt"))
	must(t, err)
	if !strings.Contains(string(text), code) || !strings.Contains(string(text), "mara") || st.Mode().Perm() != 0o600 {
		t.Errorf("saved with mode %v: %s", st.Mode(), text)
	}
	h.do("Save")
	h.press(fyne.KeyRight)
	h.tabTo("File")
	h.empty()
	h.write(filepath.Join(dir, "codes.txt"))
	h.press(fyne.KeyReturn)
	h.sees("There is such a file already")
	h.press(fyne.KeyEscape)

	h.do("Print")
	h.sees("Print backup codes", "Office")
	h.press(fyne.KeyReturn)
	h.sees("Sent to Office", "Your new backup code")
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
	h.sees("Your new backup code")
	h.do("Print")
	h.sees("No printer is set up")
	h.do("Save and open as PDF")
	h.sees("Save backup codes")
	h.empty()
	path := filepath.Join(t.TempDir(), "codes.pdf")
	h.write(path)
	h.press(fyne.KeyReturn)
	h.sees("Saved as " + path + ". It is being opened; if nothing appears")
}

func TestTemporaryPasswords(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key5)
	h.sees("You don’t need one")
	h.enrolApp()
	h.ctrl(fyne.Key5)
	h.sees("No temporary password")
	h.press(fyne.KeyReturn)
	h.sees("What is it for?")
	h.press(fyne.KeyReturn)
	h.sees("The name is empty")
	h.write("curl")
	h.press(fyne.KeyReturn)
	h.sees("For “curl”", "Shown once", "Any service, until")
	h.do("Copy")
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
	h.sees("once") // it was used, and the list says so
	h.pass(59*time.Minute + 30*time.Second)
	h.pass(31 * time.Second)
	h.sees("No longer working", "Expired")
	if err := h.basic("mara", secret); err == nil {
		t.Error("an expired temporary password works")
	}
}
