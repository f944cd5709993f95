package ceremony_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/uitest"
)

// huge is a text of 10 MB.
func huge() string { return strings.Repeat("a", 10<<20) }

// Bad input is refused with an explanation, and nothing changes.
func TestBadInput(t *testing.T) {
	h := uitest.New(t, nil)
	h.Sees("wizard.sign-up.heading")
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.username.what")
	h.Write("m")
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.password.what")
	h.Write("x")
	h.Press(fyne.KeyReturn)
	h.Sees("error.malformed.username.what")
	h.ClearField()
	begun := time.Now()
	h.Paste(huge())
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("pasting 10 MB took %v", took)
	}
	h.Sees("kit.cut")
	h.ClearField()
	h.Paste("ma\u202era\u0007")
	h.Sees("kit.cleaned")
	h.Press(fyne.KeyTab)
	h.ClearField()
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
	h.SeesText("mara")

	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.email.heading")
	for _, bad := range []string{"not an address", strings.Repeat("a", 300) + "@example.org", "a@b\u2066c"} {
		h.ClearField()
		h.Paste(bad)
		h.Press(fyne.KeyReturn)
		h.Sees("wizard.email.heading", "error.malformed.address.what")
	}
	h.ClearField()
	h.Paste("mara@example.org")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.email.heading")
	h.Paste(huge())
	h.Press(fyne.KeyReturn)
	h.Sees("error.empty.code.what")
	h.Write("12")
	h.Press(fyne.KeyReturn)
	h.SeesFilled("error.short.code.why", uitest.With{"typed": 2, "digits": 6})
}

func TestCeremonyGone(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.app"))
	h.Sees("wizard.overview.heading")
	_, err := h.Console.Server().Begin(t.Context(), api.Begin{Kind: api.EnrollApp}) // a new ceremony replaces the old one
	uitest.Must(t, err)
	h.Press(fyne.KeyReturn)
	h.Sees("error.ceremony_gone.what", "wizard.again")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.overview.heading")
}
