package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

// A page says when the server does not answer, and tries again.
func TestServerTrouble(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Network.Unavailable.Store(true)
	h.Ctrl(fyne.Key3)
	h.Sees("error.unavailable.what", "error.unavailable.next")
	h.Press(fyne.KeyReturn)
	h.SeesFilled("ui.failure.tried", 2)
	h.Network.Unavailable.Store(false)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.keys.none")

	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.text"))
	h.Sees("wizard.overview.heading")
	h.Network.Cut.Store(true)
	h.Press(fyne.KeyReturn)
	h.Sees("error.no_answer.what", "wizard.key.retry")
	h.Network.Cut.Store(false)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.email.heading")
}
