package ceremony_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

// The sign-in form begins with the name of the last sign-in until the person forgets it,
// there or in the settings. The second step says who is signing in, and a person who is
// somebody else begins again.
func TestTheSignInFormKnowsWhoSignedInLast(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	secret, _ := h.EnrolApp()
	h.SignOut()
	h.Sees("wizard.sign-in.forget-name")
	h.SeesText("mara")
	if !h.HasFocus("wizard.password") {
		t.Error("the name is filled in, and the password does not have the focus")
	}
	h.Write(uitest.Password)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.app.heading", "wizard.sign-in.not-you")
	h.SeesText("mara")
	h.Do("wizard.sign-in.not-you")
	h.Sees("wizard.sign-in.lead")
	h.Misses("wizard.sign-in.forget-name")
	if !h.HasFocus("wizard.username") {
		t.Error("after “Not you?” the user name does not have the focus")
	}

	h.Restart()
	h.Sees("wizard.sign-in.forget-name") // nobody else has signed in
	h.Do("wizard.sign-in.forget-name")
	h.Misses("wizard.sign-in.forget-name")
	if !h.HasFocus("wizard.username") {
		t.Error("after forgetting, the user name does not have the focus")
	}
	h.Restart()
	h.Sees("wizard.sign-in.lead")
	h.Misses("wizard.sign-in.forget-name")

	h.EnterPassword("mara", uitest.Password)
	h.Sees("wizard.code.app.heading")
	h.Advance(time.Minute)
	h.Write(h.AppCode(secret))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
	h.Ctrl(fyne.KeyComma)
	h.Do("ui.settings.remember")
	h.SignOut()
	h.Misses("wizard.sign-in.forget-name")
}
