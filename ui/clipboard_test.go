package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

// A secret that was copied does not stay on the clipboard. The window says so, clears it
// on request and when it is closed, and leaves alone what somebody else copied.
func TestCopiedSecretIsCleared(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	_, code := h.EnrolApp()
	h.Ctrl(fyne.Key5)
	made := func() string {
		t.Helper()
		h.Do("ui.temporary.new")
		h.Write("curl")
		h.Press(fyne.KeyReturn)
		h.Sees("ui.temporary.once")
		h.Do("wizard.copy")
		h.Sees("kit.copied-secret", "ui.clipboard.cleared")
		return h.App.Clipboard().Content()
	}
	if password := made(); len(password) < 8 || password == code {
		t.Fatalf("the clipboard is %q", password)
	}
	h.Do("ui.clipboard.now")
	h.Misses("ui.clipboard.cleared")
	if left := h.App.Clipboard().Content(); left != "" {
		t.Errorf("after Clear it now the clipboard is %q", left)
	}
	made()
	h.Ctrl(fyne.Key1) // the strip is the window's, not the page's
	h.Sees("ui.clipboard.cleared")
	h.App.Clipboard().SetContent("somebody's")
	h.WaitFor("the strip", false, func() bool { return h.Shows("ui.clipboard.cleared") })
	h.Stop()
	if left := h.App.Clipboard().Content(); left != "somebody's" {
		t.Errorf("a text of somebody else is %q after the end", left)
	}
	h.Start()
	h.Ctrl(fyne.Key5)
	made()
	h.Stop()
	if left := h.App.Clipboard().Content(); left != "" {
		t.Errorf("after the end the clipboard is %q", left)
	}
	h.Start()
}
