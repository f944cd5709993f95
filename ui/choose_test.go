package ui_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/chooser"
	"nightlatch/ui/uitest"
)

// A sheet is saved where the desktop's file chooser says. Only there the person can agree to
// replace a file; a typed path replaces none. ~ is the home folder.
func TestSaveWhereTheDesktopSays(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	var asked chooser.Request
	answer, failed := "", error(nil)
	h := uitest.New(t, nil)
	h.Choose = func(_ context.Context, r chooser.Request) (string, error) { asked = r; return answer, failed }
	h.Restart()
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Ctrl(fyne.Key4)
	h.Do("ui.codes.generate-more.5")
	save := func(path string) {
		t.Helper()
		h.Do("wizard.save.save")
		h.Press(fyne.KeyRight) // as text
		if path != "" {
			h.TabTo("ui.save.where")
			h.ClearField()
			h.Write(path)
		}
	}
	save("~/typed.txt")
	h.Press(fyne.KeyReturn)
	h.Misses("ui.save.where")
	typed := filepath.Join(home, "typed.txt")
	if b, err := os.ReadFile(typed); err != nil || !strings.Contains(string(b), "mara") {
		t.Fatalf("%q, %v", b, err)
	}
	save(typed)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.save.exists") // a typed path replaces nothing

	answer = ""
	h.Do("ui.choose.file") // cancelled
	h.SeesText(typed)
	failed = chooser.ErrNone
	h.Do("ui.choose.file")
	h.Sees("ui.choose.none")
	failed, answer = nil, typed
	if err := os.WriteFile(typed, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Do("ui.choose.file")
	if asked.Start != typed || asked.Folder || asked.Title == "" || asked.Accept == "" {
		t.Errorf("the chooser was asked %+v", asked)
	}
	h.TabTo("ui.save.do")
	h.Press(fyne.KeyReturn)
	h.Misses("ui.save.where")
	if b, err := os.ReadFile(typed); err != nil || !strings.Contains(string(b), "mara") {
		t.Errorf("%q, %v", b, err)
	}
	if left, err := filepath.Glob(filepath.Join(home, "*.new-*")); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
}

// While the chooser is open its button waits. Leaving the dialog ends it.
func TestChooserEndsWithItsDialog(t *testing.T) {
	h := uitest.New(t, nil)
	begun, ended := make(chan struct{}), make(chan error, 1)
	h.Choose = func(ctx context.Context, _ chooser.Request) (string, error) {
		close(begun)
		<-ctx.Done()
		ended <- ctx.Err()
		return "", ctx.Err()
	}
	h.Restart()
	h.SignUp("mara", uitest.Password)
	h.EnrolApp()
	h.Ctrl(fyne.Key4)
	h.Do("ui.codes.generate-more.5")
	h.Do("wizard.save.save")
	h.TabTo("ui.choose.file")
	h.HoldKey(fyne.KeyReturn, 0)
	<-begun
	h.HoldKey(fyne.KeyReturn, 0) // the button waits
	h.HoldKey(fyne.KeyEscape, 0)
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	h.Settle()
	h.Misses("ui.save.where")
}
