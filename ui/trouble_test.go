package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/shell"
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

// When the server in the program cannot continue, the window says why,
// regardless of the screen in front, and offers only a restart.
func TestServerCannotGoOn(t *testing.T) {
	for _, fault := range []shell.Fault{shell.DiskFailed, shell.DatabaseDamaged} {
		for _, signedIn := range []bool{false, true} {
			h := uitest.New(t, nil)
			if signedIn {
				h.SignUp("mara", uitest.Password)
			}
			h.Console.Confirm("ui.codes.leave", nil, func() { t.Error("a dialog was left open") })
			again := 0
			h.Console.Stop(fault, "/data/nightlatch", func() { again++ })
			h.Settle()
			words := uitest.Key("ui.stopped." + string(fault))
			h.Sees(words+".what", words+".why", "ui.stopped.again")
			h.SeesFilled(words+".next", "/data/nightlatch")
			h.Ctrl(fyne.Key3) // no page can be opened
			h.Press(fyne.KeyF5)
			h.Sees(words + ".what")
			h.Press(fyne.KeyReturn)
			if again != 1 {
				t.Errorf("%s, signed in %v: started again %d times", fault, signedIn, again)
			}
		}
	}
}
