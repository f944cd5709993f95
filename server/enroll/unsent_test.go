package enroll_test

import (
	"slices"
	"testing"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R4 without a mail server, with or without mail kept on this computer: the
// step says that no code follows, the address is stored unconfirmed, and the
// enrolment goes on. Once mail can be sent, the next enrolment asks for the
// address again and confirms it.
func TestAddressWithoutMail(t *testing.T) {
	t.Parallel()
	for name, setup := range map[string]Setup{"kept": {NoMail: true, KeepMail: true}, "none": {NoMail: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t, setup)
			ada := w.SignUp("ada")
			walk := ada.Begin(api.EnrollApp).Answer(api.Continue{}).In("enter-email")
			if step := walk.View.Step.(api.EnterEmail); !step.Kept {
				t.Errorf("step %+v", step)
			}
			if n := slices.Index(walk.View.Path, (api.EnterCode{}).StepType()); n < walk.View.At+2 {
				t.Errorf("the path has a code for the address: %q", walk.View.Path)
			}
			walk.Answer(api.Email{Address: "ada@example.org"}).In("scan-qr")
			if a := w.Account("ada"); a.Email != "ada@example.org" || a.EmailConfirmed || !a.EmailKept {
				t.Errorf("account %+v", a)
			}
			w.Deliver()
			if n := w.Mails.Len(); n != 0 {
				t.Errorf("%d mails", n)
			}
			ada.Begin(api.EnrollApp).Answer(api.Continue{}).In("scan-qr")
			ada.Begin(api.ChangeEmail).Answer(api.Email{Address: "new@example.org"}).In("finished")
			ada.Begin(api.ChangeEmail).Answer(api.Email{Address: "new@example.org"}).Refused(api.Conflict)

			w.Connect(true, true)
			walk = ada.Begin(api.EnrollApp).Answer(api.Continue{}).In("enter-email")
			if step := walk.View.Step.(api.EnterEmail); step.Kept || step.Address != "new@example.org" {
				t.Errorf("step %+v", step)
			}
			walk.Answer(api.Email{Address: "new@example.org"}).In("email-code")
			w.Deliver()
			walk.Answer(api.Code{Code: w.Mails.LastCode("new@example.org")}).In("scan-qr")
			if a := w.Account("ada"); a.Email != "new@example.org" || !a.EmailConfirmed || a.EmailKept {
				t.Errorf("account %+v", a)
			}
		})
	}
}

// The mail server can be removed or set up while a ceremony asks for the address.
func TestMailChangesWhileTheAddressIsAskedFor(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{KeepMail: true})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.EnrollApp).Answer(api.Continue{}).Answer(api.Email{Address: "ada@example.org"}).In("email-code")
	w.Connect(false, true)
	w.Clock.Advance(w.Policy.ResendAfter)
	walk.Answer(api.Resend{}).Refused(api.CannotSend)
	walk.Answer(api.Email{Address: "ada@example.org"}).In("scan-qr")
	if a := w.Account("ada"); a.EmailConfirmed || !a.EmailKept {
		t.Errorf("account %+v", a)
	}
	walk = ada.Begin(api.ChangeEmail).In("enter-email")
	w.Connect(true, true)
	walk.Answer(api.Email{Address: "ada@example.org"}).In("email-code")
}
