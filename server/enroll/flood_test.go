package enroll_test

import (
	"fmt"
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R12: whoever can sign up can have codes sent to a number or an address that is
// not theirs. However many accounts they make, and however often they sign in in
// between, what arrives there unasked is bounded, and so are the codes to guess at
// (R11). Who has text on already is not kept from signing in by it.
func TestNobodyIsFlooded(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	const address = "victim@example.org"
	w.Deliver()
	before := len(w.Texts.To(number))
	throttled := 0
	tried := func(walk *Walk) {
		switch r := walk.View.Refusal; {
		case r == nil:
		case r.Code == api.Throttled && r.Reason == "sends" && r.RetryAt != nil:
			throttled++
		default:
			t.Fatalf("refused with %+v", r)
		}
	}
	for i := range 6 {
		mal := w.SignUp(fmt.Sprintf("mal%d", i))
		mal.Prelude(api.EnrollText)
		for range 8 {
			mal.SignIn().SignedIn()
			tried(mal.Prelude(api.EnrollText).Answer(api.Phone{Number: number}))
			tried(mal.Begin(api.ChangeEmail).Answer(api.Email{Address: address}))
		}
	}
	w.Deliver()
	if texts := len(w.Texts.To(number)) - before; texts != 10 {
		t.Errorf("%d texts", texts)
	}
	if mails := len(w.Mails.To(address)); mails != 10 {
		t.Errorf("%d mails", mails)
	}
	if throttled != 2*(6*8-10) {
		t.Errorf("%d tries were throttled", throttled)
	}
	walk := ada.SignIn().In("text-code")
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).SignedIn()

	w.Clock.Advance(time.Hour)
	eve := w.SignUp("eve")
	eve.EnrollText(number) // whoever has the phone can still prove it, and that starts anew
	for range 10 {
		fay := w.SignUp(fmt.Sprintf("fay%d", throttled))
		throttled++
		fay.Prelude(api.EnrollText).Answer(api.Phone{Number: number}).In("text-code")
	}
}
