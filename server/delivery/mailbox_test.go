package delivery_test

import (
	"fmt"
	"strings"
	"testing"

	"nightlatch/server"
	"nightlatch/server/api"
	"nightlatch/server/delivery"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// R4 without a mail server: no code is made, since it would prove nothing, and the address is
// not confirmed. Notices are kept. Only a session of the account can read them, and they are
// stored sealed.
func TestKeptMail(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	if about := servertest.Must[api.About](t)(eve.About(t.Context())); !about.Mail || !about.MailKept || about.Text {
		t.Errorf("about %+v", about)
	}
	if got := w.Do("GET", "/api/v1/messages", "", "Authorization", "Bearer "+eve.Token()); got.Body != "[]\n" {
		t.Errorf("an empty mailbox is %q", got.Body)
	}
	events := servertest.Follow(t, eve)
	v := w.Answer(eve, w.Begin(eve, api.EnrollApp), api.Continue{}, api.Email{Address: "eve@example.org"})
	if _, ok := v.Step.(api.ScanQR); !ok {
		t.Fatalf("step %+v, refusal %+v", v.Step, v.Refusal)
	}
	a := servertest.Must[api.Account](t)(eve.Account(t.Context()))
	if a.Email != "eve@example.org" || a.EmailConfirmed || !a.EmailKept || a.EmailDue {
		t.Errorf("nothing has proved the address: %+v", a)
	}
	if got := w.ActivityTypes(eve, 1); got[0] != api.EventEmailKept {
		t.Errorf("activity %v", got)
	}
	w.Answer(eve, w.Begin(eve, api.ChangePassword), api.Password{Password: servertest.Password}, api.Password{Password: "another horse battery"})
	servertest.UntilTopic(t, events, api.TopicMessages)
	mails := w.LocalMail(eve)
	if len(mails) != 1 || mails[0].Subject != "Your password was changed" || mails[0].To != "eve@example.org" || !mails[0].At.Equal(w.Clock.Now()) || mails[0].ID == "" {
		t.Fatalf("messages %+v", mails)
	}
	for key, value := range w.Dump() {
		if strings.Contains(key, "/mail/") && (strings.Contains(value, "password was changed") || strings.Contains(key+value, "eve@example.org")) {
			t.Errorf("%s holds the mail in clear", key)
		}
	}
	// No other client can read it, with or without a session.
	if others := w.LocalMail(w.SignIn("ada")); len(others) != 0 {
		t.Errorf("another account reads %+v", others)
	}
	_, err := w.Client.Messages(t.Context())
	servertest.WantProblem(t, "without a session", err, 401, api.SignInRequired)
}

// Texts are never kept, and mail only with KeepMail.
func TestNothingElseIsKept(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	v := w.Answer(eve, w.Begin(eve, api.EnrollText), api.Continue{})
	if v.Refusal == nil || v.Refusal.Code != api.CannotSend || v.Refusal.Reason != "texts" {
		t.Errorf("text without a gateway: %+v", v.Refusal)
	}
	w = servertest.New(t, servertest.WithLocalMailbox, func(cfg *server.Config) { cfg.KeepMail = false })
	eve = w.SignUp(w.Window(), "eve")
	w.Answer(eve, w.Begin(eve, api.ChangeEmail), api.Email{Address: "eve@example.org"})
	w.Answer(eve, w.Begin(eve, api.ChangePassword), api.Password{Password: servertest.Password}, api.Password{Password: "another horse battery"})
	if mails := w.LocalMail(eve); len(mails) != 0 {
		t.Errorf("messages %+v", mails)
	}
	if about := servertest.Must[api.About](t)(eve.About(t.Context())); about.Mail || about.MailKept {
		t.Errorf("about %+v", about)
	}
}

// The local mailbox has the newest fifty mails.
func TestLocalMailboxIsBounded(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	id := w.Account("eve").ID
	for n := range delivery.LocalMailboxSize + 3 {
		err := w.Store.Update(t.Context(), func(tx store.Tx) error {
			return delivery.Enqueue(tx, w.Sealer, delivery.Message{
				Channel: api.ByEmail, To: "eve@example.org", Template: delivery.EmailCode,
				Args: map[string]string{"code": fmt.Sprintf("%06d", n)}, Account: id, Keep: true,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mails := w.LocalMail(eve)
	if len(mails) != delivery.LocalMailboxSize || !strings.Contains(mails[0].Text, "000052") || !strings.Contains(mails[49].Text, "000003") {
		t.Errorf("%d mails", len(mails))
	}
}
