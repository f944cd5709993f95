package ceremony_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/seed"
	"nightlatch/ui/uitest"
)

// A refusal is shown on the step that it belongs to, and on no other: not on the list of other
// methods, and not on the step after it. It is there again when the step is.
func TestRefusalBelongsToItsStep(t *testing.T) {
	h := uitest.New(t, &seed.Seed{Accounts: []seed.Account{{
		Username: "mara", Password: uitest.Password, Email: "mara@example.org", Phone: "+12025550143", Text: true, App: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
	}}})
	h.EnterPassword("mara", uitest.Password)
	h.Sees("wizard.code.app.heading")
	h.Write("000000")
	h.Press(fyne.KeyReturn)
	h.Sees("error.wrong_code.app.what")
	h.Do("wizard.ways.link")
	h.Sees("wizard.ways.lead")
	h.Misses("error.wrong_code.app.what")
	h.Misses("error.wrong_code.app.next")
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.code.app.heading", "error.wrong_code.app.what")
	h.Do("wizard.ways.link")
	h.Do("method.text")
	h.Sees("wizard.code.text.heading")
	h.Misses("error.wrong_code.app.what")
}

// The list of other methods shows a fault of its own: the server did not answer the choice.
func TestFaultOfTheChoiceIsOnTheList(t *testing.T) {
	h := uitest.New(t, &seed.Seed{Accounts: []seed.Account{{
		Username: "mara", Password: uitest.Password, Email: "mara@example.org", Phone: "+12025550143", Text: true, App: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
	}}})
	h.EnterPassword("mara", uitest.Password)
	h.Sees("wizard.code.app.heading")
	h.Do("wizard.ways.link")
	h.Network.Cut.Store(true)
	h.Do("method.text")
	h.Sees("wizard.ways.lead", "error.no_answer.what")
	h.Network.Cut.Store(false)
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.code.app.heading")
	h.Misses("error.no_answer.what")
}

// What ended the last session is said on the sign-in form, and not on the second step.
func TestTroubleOfTheFormStaysThere(t *testing.T) {
	h := uitest.New(t, &seed.Seed{Accounts: []seed.Account{{
		Username: "mara", Password: uitest.Password, Email: "mara@example.org", App: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
	}}})
	h.EnterPassword("mara", uitest.Password)
	h.Write(h.AppCode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")
	sessions, err := h.Console.Server().Sessions(t.Context())
	uitest.Must(t, err)
	for _, s := range sessions {
		uitest.Must(t, h.Console.Server().EndSession(t.Context(), s.ID))
	}
	h.Sees("wizard.sign-in.lead", "error.sign_in_required.what")
	h.EnterPassword("mara", uitest.Password)
	h.Sees("wizard.code.app.heading")
	h.Misses("error.sign_in_required.what")
}
