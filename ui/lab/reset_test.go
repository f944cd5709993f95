package lab_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/seed"
	"nightlatch/ui/uitest"
)

func TestLabReset(t *testing.T) {
	users := &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: uitest.Password, Email: "ada@example.org"}}}
	h := uitest.New(t, users)
	h.EnterPassword("ada", uitest.Password)
	h.Sees("ui.overview.methods")
	h.Ctrl(fyne.KeyL)
	h.Ctrl(fyne.KeyL)
	h.Do("lab.reset-do")
	h.Sees("lab.reset.why")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("wizard.sign-in.lead")
	h.EnterPassword("ada", uitest.Password)
	h.Sees("ui.overview.methods")
}

// The session ends before the reset is over. One reset begins one sign-in, whichever the
// window learns first.
func TestLabResetBeginsOnce(t *testing.T) {
	users := &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: uitest.Password}}}
	for _, early := range []bool{true, false} {
		h := uitest.New(t, users)
		h.EnterPassword("ada", uitest.Password)
		h.Sees("ui.overview.methods")
		_ = h.Network.Changes()
		ended := errors.New("the session is over")
		over := h.Console.Replacing()
		uitest.Must(t, h.Client.ResetLab(t.Context()))
		if early {
			h.Console.SignedOut(ended)
			h.Settle()
			if h.Shows("wizard.sign-in.lead") {
				t.Error("a sign-in begins before the reset is over")
			}
		}
		over(true)
		h.Console.SignedOut(ended)
		h.Settle()
		h.Sees("wizard.sign-in.lead")
		begun := slices.DeleteFunc(h.Network.Changes(), func(change string) bool { return !strings.Contains(change, "/ceremonies") })
		if len(begun) != 1 {
			t.Errorf("early %t: one reset sent %q", early, begun)
		}
	}
}

// If the server can't be emptied but the session is over, the window says so.
func TestFailedResetSignsOut(t *testing.T) {
	h := uitest.New(t, &seed.Seed{Accounts: []seed.Account{{Username: "ada", Password: uitest.Password}}})
	h.EnterPassword("ada", uitest.Password)
	h.Sees("ui.overview.methods")
	over := h.Console.Replacing()
	h.Console.SignedOut(errors.New("the session is over"))
	if !h.Console.SignedIn() {
		t.Error("the window signed out during the work")
	}
	over(false)
	h.Settle()
	h.Sees("wizard.sign-in.lead")
}
