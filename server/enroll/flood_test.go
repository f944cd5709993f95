package enroll_test

import (
	"fmt"
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R12: any user can sign up and have codes sent to another person's number or address.
// The number of such messages is limited over all accounts and sign-ins, and so is the
// number of codes to guess at (R11). The limit does not block the sign-in of an account
// that has text on with this number.
func TestMessagesToOneRecipientAreLimited(t *testing.T) {
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
	const accounts, tries = 14, 3
	for i := range accounts { // each shares one code among its ceremonies (R11)
		mal := w.SignUp(fmt.Sprintf("mal%d", i))
		mal.Prelude(api.EnrollText)
		for range tries {
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
	if throttled != 2*tries*(accounts-10) {
		t.Errorf("%d tries were throttled", throttled)
	}
	walk := ada.SignIn().In("text-code")
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).SignedIn()

	w.Clock.Advance(time.Hour)
	eve := w.SignUp("eve")
	eve.EnrollText(number) // the phone's owner can still confirm it, which resets the counter
	for range 10 {
		fay := w.SignUp(fmt.Sprintf("fay%d", throttled))
		throttled++
		fay.Prelude(api.EnrollText).Answer(api.Phone{Number: number}).In("text-code")
	}
}

// R12: one account that sends codes to many numbers and addresses is limited,
// too. Signing in, and entering codes of its own phone, do not raise the
// limit.
func TestMessagesOfOneAccountAreLimited(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	mal := w.SignUp("mal")
	sent, throttled := 0, 0
	count := func(walk *Walk) {
		switch r := walk.View.Refusal; {
		case r == nil:
			sent++
		case r.Code == api.Throttled && r.Reason == "sends" && r.RetryAt != nil:
			throttled++
		default:
			t.Fatalf("refused with %+v", r)
		}
	}
	for i := range 15 {
		mal.SignIn().SignedIn()
		count(mal.Prelude(api.EnrollText).Answer(api.Phone{Number: fmt.Sprintf("+120255501%02d", i)}))
		count(mal.Begin(api.ChangeEmail).Answer(api.Email{Address: fmt.Sprintf("victim%d@example.org", i)}))
	}
	if sent != 10 || throttled != 20 {
		t.Errorf("%d codes were sent, %d refused", sent, throttled)
	}
	w.Clock.Advance(2 * time.Hour)
	const own = "+12025550177"
	walk := mal.Prelude(api.EnrollText).Answer(api.Phone{Number: own})
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.Last(own).Code()})
	sent = 0
	for i := range 5 {
		count(mal.Begin(api.ChangeEmail).Answer(api.Email{Address: fmt.Sprintf("more%d@example.org", i)}))
	}
	if sent > 1 {
		t.Errorf("a right code gave %d codes more", sent)
	}
}
