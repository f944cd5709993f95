package lab_test

import (
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
