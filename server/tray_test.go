package server_test

import (
	"fmt"
	"strings"
	"testing"

	"nightlatch/server"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// everyday is the server of the console: nothing simulated, nothing set up, and
// mail that can't leave is kept.
func everyday(cfg *server.Config) {
	cfg.Lab, cfg.Mailer, cfg.SMSSender, cfg.KeepMail = nil, nil, nil, true
}

// window is the connection that the console's window has.
func (w *world) window() *client.Client {
	w.t.Helper()
	c, stop := client.InMemory(w.Console())
	w.t.Cleanup(stop)
	return c
}

// signUp makes an account through a client, and returns the client for it.
func (w *world) signUp(c *client.Client, username string) *client.Client {
	w.t.Helper()
	ctx := w.t.Context()
	v := must[api.View](w.t)(c.Begin(ctx, api.Begin{Kind: api.SignUp}))
	v = must[api.View](w.t)(c.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: username, Password: password}))
	done, ok := v.Step.(api.SignedIn)
	if !ok {
		w.t.Fatalf("no account: %+v", v.Refusal)
	}
	w.prove(c.WithToken(done.SessionToken))
	return c.WithToken(done.SessionToken)
}

// letters are the kept mails of an account.
func (w *world) letters(c *client.Client) []api.Message {
	w.t.Helper()
	w.deliver()
	return must[[]api.Message](w.t)(c.Messages(w.t.Context()))
}

// walk answers steps one after the other.
func (w *world) walk(c *client.Client, v api.View, inputs ...api.Input) api.View {
	w.t.Helper()
	for _, in := range inputs {
		v = must[api.View](w.t)(c.Answer(w.t.Context(), v.ID, v.Rev, in))
	}
	return v
}

func (w *world) begin(c *client.Client, kind api.Kind) api.View {
	w.t.Helper()
	return must[api.View](w.t)(c.Begin(w.t.Context(), api.Begin{Kind: kind}))
}

// R4 without a mail server: the code is in the kept mail, which only the
// account's own session reads, and which lies sealed.
func TestKeptMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyday)
	eve := w.signUp(w.window(), "eve")
	if about := must[api.About](t)(eve.About(t.Context())); !about.Mail || !about.MailKept || about.Text {
		t.Errorf("about %+v", about)
	}
	if got := w.do("GET", "/api/v1/messages", "", "Authorization", "Bearer "+eve.Token()); got.body != "[]\n" {
		t.Errorf("an empty tray is %q", got.body)
	}
	events := follow(t, eve)
	v := w.walk(eve, w.begin(eve, api.EnrollApp), api.Continue{}, api.Email{Address: "eve@example.org"})
	if step, ok := v.Step.(api.EnterCode); !ok || !step.Kept || step.Channel != api.ByEmail || step.SentTo != "eve@example.org" {
		t.Fatalf("step %+v, refusal %+v", v.Step, v.Refusal)
	}
	until(t, events, api.TopicMessages)
	mails := w.letters(eve)
	if len(mails) != 1 || mails[0].Subject != "Your confirmation code" || mails[0].To != "eve@example.org" || !mails[0].At.Equal(w.clock.Now()) || mails[0].ID == "" {
		t.Fatalf("messages %+v", mails)
	}
	code := sixDigits.FindString(mails[0].Text)
	for key, value := range w.dump() {
		if strings.Contains(value, code) || strings.Contains(key+value, "eve@example.org") && strings.Contains(key, "/mail/") {
			t.Errorf("%s holds the mail in clear", key)
		}
	}
	// Nobody else has it, with or without an account.
	if others := w.letters(w.signIn("ada")); len(others) != 0 {
		t.Errorf("another account reads %+v", others)
	}
	_, err := w.client.Messages(t.Context())
	wantProblem(t, "without a session", err, 401, api.SignInRequired)

	v = w.walk(eve, v, api.Code{Code: code})
	if _, ok := v.Step.(api.ScanQR); !ok {
		t.Fatalf("after the code: %T, %+v", v.Step, v.Refusal)
	}
	a := must[api.Account](t)(eve.Account(t.Context()))
	if a.Email != "eve@example.org" || a.EmailConfirmed || !a.EmailKept {
		t.Errorf("kept mail proves no address: %+v", a)
	}
	if got := w.types(eve, 1); got[0] != api.EventEmailKept {
		t.Errorf("activity %v", got)
	}
	// Notices are kept, too.
	w.walk(eve, w.begin(eve, api.ChangePassword), api.Password{Password: password}, api.Password{Password: "another horse battery"})
	if mails := w.letters(eve); mails[0].Subject != "Your password was changed" || mails[1].Subject != "Your confirmation code" {
		t.Errorf("messages %+v", mails)
	}
}

// Texts are never kept, and without KeepMail mail isn't either.
func TestNothingElseIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyday)
	eve := w.signUp(w.window(), "eve")
	v := w.walk(eve, w.begin(eve, api.EnrollText), api.Continue{})
	if v.Refusal == nil || v.Refusal.Code != api.CannotSend || v.Refusal.Reason != "texts" {
		t.Errorf("text without a gateway: %+v", v.Refusal)
	}
	w = newWorld(t, everyday, func(cfg *server.Config) { cfg.KeepMail = false })
	eve = w.signUp(w.window(), "eve")
	v = w.walk(eve, w.begin(eve, api.EnrollApp), api.Continue{})
	if v.Refusal == nil || v.Refusal.Code != api.CannotSend || v.Refusal.Reason != "mail" {
		t.Errorf("mail without a server: %+v", v.Refusal)
	}
	if about := must[api.About](t)(eve.About(t.Context())); about.Mail || about.MailKept {
		t.Errorf("about %+v", about)
	}
}

// The newest fifty are kept.
func TestTrayIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, everyday)
	eve := w.signUp(w.window(), "eve")
	id := w.account("eve").ID
	for n := range delivery.LocalMailboxSize + 3 {
		err := w.store.Update(t.Context(), func(tx store.Tx) error {
			return delivery.Enqueue(tx, w.keys, delivery.Message{
				Channel: api.ByEmail, To: "eve@example.org", Template: delivery.EmailCode,
				Args: map[string]string{"code": fmt.Sprintf("%06d", n)}, Account: id, Keep: true,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	mails := w.letters(eve)
	if len(mails) != delivery.LocalMailboxSize || !strings.Contains(mails[0].Text, "000052") || !strings.Contains(mails[49].Text, "000003") {
		t.Errorf("%d mails", len(mails))
	}
}
