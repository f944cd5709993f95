package enroll_test

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony/ceremonytest"
)

// The mail with a code has the time that is left, also when the code is sent again.
func TestMailSaysHowLongACodeIsValid(t *testing.T) {
	t.Parallel()
	w := ceremonytest.New(t, ceremonytest.Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.ChangeEmail).Answer(api.Email{Address: "ada@example.net"}).In("email-code")
	for _, want := range []string{"It is valid for 1 hour.", "It is valid for 45 minutes."} {
		w.Deliver()
		if body := w.Mails.Last("ada@example.net").Body; !strings.Contains(body, want) {
			t.Errorf("mail lacks %q:\n%s", want, body)
		}
		w.Clock.Advance(15 * time.Minute)
		walk.Answer(api.Resend{})
	}
}
