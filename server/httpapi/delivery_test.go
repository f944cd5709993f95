package httpapi_test

import (
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// The owner's settings are used at once, and after a restart. An address that was set without
// a mail server is confirmed then (R4).
func TestMailServerTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	v := w.Answer(eve, w.Begin(eve, api.ChangeEmail), api.Email{Address: "eve@example.org"})
	if v.Step.StepType() != "finished" {
		t.Fatalf("%+v", v)
	}
	if a := servertest.Must[api.Account](t)(eve.Account(t.Context())); a.EmailDue {
		t.Errorf("no mail can be sent: %+v", a)
	}
	waiting := w.Begin(eve, api.ChangeEmail)
	if step, ok := waiting.Step.(api.EnterEmail); !ok || !step.Kept {
		t.Fatalf("the step does not say that no code follows: %+v", waiting.Step)
	}

	h := servertest.NewMailHost(t)
	set := servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), h.Change(servertest.MailLogin("nightlatch", "pw-s3cret"))))
	if set.Mail == nil || !set.Mail.PasswordSet || set.Mail.Host != "127.0.0.1" || set.Mail.Port != h.Port || set.Mail.User != "nightlatch" || set.Text != nil {
		t.Errorf("set %+v", set.Mail)
	}
	if got := servertest.Must[api.Delivery](t)(eve.Delivery(t.Context())); *got.Mail != *set.Mail {
		t.Errorf("read back %+v", got.Mail)
	}
	if got := w.Do("GET", "/api/v1/delivery", "", "Authorization", "Bearer "+eve.Token()); strings.Contains(got.Body, "pw-s3cret") {
		t.Error("the password is sent back")
	}
	for key, value := range w.Dump() {
		if strings.Contains(value, "pw-s3cret") || strings.HasPrefix(key, "conf/") && strings.Contains(value, "127.0.0.1") {
			t.Errorf("%s is not sealed", key)
		}
	}
	if got := w.ActivityTypes(eve, 1); got[0] != api.EventDeliveryChanged {
		t.Errorf("activity %v", got)
	}
	if about := servertest.Must[api.About](t)(eve.About(t.Context())); !about.Mail || about.MailKept {
		t.Errorf("about %+v", about)
	}
	test := servertest.Must[api.DeliveryTest](t)(eve.TestDelivery(t.Context()))
	if mail := <-h.Mails; !test.Sent || test.To != "eve@example.org" || !strings.Contains(mail, "TO:<eve@example.org>") || !strings.Contains(mail, "Subject: A test mail") {
		t.Errorf("test %+v: %s", test, mail)
	}

	if a := servertest.Must[api.Account](t)(eve.Account(t.Context())); !a.EmailDue {
		t.Errorf("the address can be confirmed now: %+v", a)
	}
	if v := w.Answer(eve, waiting, api.Email{Address: "eva@example.org"}); v.Step.StepType() != "enter-code" {
		t.Errorf("beside a mail server: %+v", v)
	}
	<-h.Mails
	v = w.Answer(eve, w.Begin(eve, api.EnrollApp), api.Continue{})
	if step, ok := v.Step.(api.EnterEmail); !ok || step.Kept || step.Address != "eve@example.org" {
		t.Fatalf("not confirmed again: %+v", v.Step)
	}
	v = w.Answer(eve, v, api.Email{Address: "eve@example.org"})
	mail := <-h.Mails
	if v = w.Answer(eve, v, api.Code{Code: servertest.CodeIn(mail[strings.Index(mail, "\n\n"):])}); v.Step.StepType() != "scan-qr" {
		t.Fatalf("%+v", v)
	}
	if a := servertest.Must[api.Account](t)(eve.Account(t.Context())); !a.EmailConfirmed || a.EmailKept || a.EmailDue {
		t.Errorf("account %+v", a)
	}
	before := len(w.LocalMail(eve))
	again, err := server.New(w.Config)
	if err != nil {
		t.Fatal(err)
	}
	console, stop := client.InMemory(again.Console())
	t.Cleanup(stop)
	if about := servertest.Must[api.About](t)(console.About(t.Context())); !about.Mail || about.MailKept {
		t.Errorf("after a restart: %+v", about)
	}
	if n := len(w.LocalMail(eve)); n != before {
		t.Errorf("%d mails were kept beside a mail server", n-before)
	}
	// Without a mail server, mail is kept again.
	set = servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), api.DeliveryChange{Mail: &api.MailChange{Off: true}}))
	if about := servertest.Must[api.About](t)(eve.About(t.Context())); set.Mail != nil || !about.MailKept {
		t.Errorf("off: %+v %+v", set, about)
	}
	if a := servertest.Must[api.Account](t)(eve.Account(t.Context())); !a.EmailConfirmed {
		t.Error("a proved address stays proved")
	}
}

// Only the owner can change the settings, with a recently proved password (R6), and
// never in the lab.
func TestOnlyTheOwnerSetsDelivery(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	before := w.SignUp(w.Client, "mallory") // the first account, but not made in the window
	owner := w.SignUp(w.Window(), "eve")
	after := w.SignUp(w.Window(), "zoe")
	h := servertest.NewMailHost(t)
	for name, c := range map[string]*client.Client{"who came over loopback": before, "who came second": after} {
		_, err := c.Delivery(t.Context())
		servertest.WantProblem(t, name, err, 403, api.NotOwner)
		_, err = c.SetDelivery(t.Context(), h.Change())
		servertest.WantProblem(t, name, err, 403, api.NotOwner)
		_, err = c.TestDelivery(t.Context())
		servertest.WantProblem(t, name, err, 403, api.NotOwner)
		if servertest.Must[api.Account](t)(c.Account(t.Context())).Owner {
			t.Errorf("%s is the owner", name)
		}
	}
	if !servertest.Must[api.Account](t)(owner.Account(t.Context())).Owner {
		t.Error("the owner is not")
	}
	_, err := owner.TestDelivery(t.Context())
	servertest.WantProblem(t, "a test without a server", err, 409, api.CannotSend)
	servertest.Must[api.Delivery](t)(owner.SetDelivery(t.Context(), h.Change()))
	_, err = owner.TestDelivery(t.Context())
	servertest.WantProblem(t, "a test without an address", err, 409, api.Conflict)
	w.Clock.Advance(11 * time.Minute)
	_, err = owner.SetDelivery(t.Context(), h.Change())
	servertest.WantProblem(t, "R6", err, 403, api.ReauthenticationRequired)
	_, err = owner.TestDelivery(t.Context())
	servertest.WantProblem(t, "R6", err, 403, api.ReauthenticationRequired)
	_, err = w.Window().Delivery(t.Context())
	servertest.WantProblem(t, "nobody", err, 401, api.SignInRequired)

	lab := servertest.New(t)
	host := lab.SignUp(lab.Window(), "eve")
	_, err = host.Delivery(t.Context())
	servertest.WantProblem(t, "the lab", err, 409, api.Conflict)
	_, err = host.SetDelivery(t.Context(), h.Change())
	servertest.WantProblem(t, "the lab", err, 409, api.Conflict)
}

// Of two simultaneous sign-ups in the window, one becomes the owner.
func TestOneOwner(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	names := []string{"eve", "zoe", "kim", "lou"}
	console := w.Window()
	done := make(chan error, len(names))
	for _, name := range names {
		go func() {
			v, err := console.Begin(t.Context(), api.Begin{Kind: api.SignUp})
			if err == nil {
				_, err = console.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: name, Password: servertest.Password})
			}
			done <- err
		}()
	}
	for range names {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	owners := 0
	for _, name := range names {
		id := w.Account(name).ID
		var is bool
		err := w.Store.View(t.Context(), func(tx store.Tx) (err error) {
			is, err = account.IsOwner(tx, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if is {
			owners++
		}
	}
	if owners != 1 {
		t.Errorf("%d owners", owners)
	}
}

// A stored secret is sent only to the server that it was entered for.
func TestSecretsStayWithTheirServer(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	h, thief := servertest.NewMailHost(t), servertest.NewMailHost(t)
	servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), h.Change(servertest.MailLogin("nightlatch", "pw-s3cret"))))
	user := func(name string) func(*api.MailChange) { return func(m *api.MailChange) { m.User = &name } }
	for name, change := range map[string]api.DeliveryChange{
		"another server":   thief.Change(user("nightlatch")),
		"another user":     h.Change(user("root")),
		"another TLS mode": h.Change(user("nightlatch"), func(m *api.MailChange) { m.TLS = new("tls") }),
	} {
		_, err := eve.SetDelivery(t.Context(), change)
		if p := servertest.WantProblem(t, name, err, 400, api.Malformed); p.Field != "password" {
			t.Errorf("%s: field %q", name, p.Field)
		}
	}
	set := servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), h.Change(user("nightlatch"), func(m *api.MailChange) { m.From = new("other@example.org") })))
	if !set.Mail.PasswordSet || set.Mail.From != "other@example.org" {
		t.Errorf("%+v", set.Mail)
	}
	if set = servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), h.Change(user("")))); set.Mail.PasswordSet {
		t.Error("a password without a user")
	}
	token := "t0ken"
	text := func(url string, token *string) api.DeliveryChange {
		return api.DeliveryChange{Text: &api.TextChange{URL: &url, Token: token}}
	}
	servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), text("https://texts.example.org/send", &token)))
	_, err := eve.SetDelivery(t.Context(), text("https://thief.example.org/send", nil))
	if p := servertest.WantProblem(t, "another gateway", err, 400, api.Malformed); p.Field != "token" {
		t.Errorf("field %q", p.Field)
	}
	if about := servertest.Must[api.About](t)(eve.About(t.Context())); !about.Text || !about.Mail {
		t.Errorf("one changed the other: %+v", about)
	}
}

// An absent field of a change leaves what is set: PUT with one field changes that one.
func TestAbsentFieldsOfDeliveryStay(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	h := servertest.NewMailHost(t)
	password, token := "pw-s3cret", "t0ken"
	was := servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), api.DeliveryChange{
		Mail: h.Change(servertest.MailLogin("nightlatch", password)).Mail,
		Text: &api.TextChange{URL: new("https://texts.example.org/send"), Token: &token},
	}))
	for name, tt := range map[string]struct {
		change api.DeliveryChange
		want   func(*api.Delivery)
	}{
		"nothing":     {api.DeliveryChange{Mail: &api.MailChange{}, Text: &api.TextChange{}}, func(*api.Delivery) {}},
		"the sender":  {api.DeliveryChange{Mail: &api.MailChange{From: new("other@example.org")}}, func(d *api.Delivery) { d.Mail.From = "other@example.org" }},
		"a password":  {api.DeliveryChange{Mail: &api.MailChange{Password: &password}}, func(*api.Delivery) {}},
		"the port":    {api.DeliveryChange{Mail: &api.MailChange{Port: new(26), Password: &password}}, func(d *api.Delivery) { d.Mail.Port = 26 }},
		"no user":     {api.DeliveryChange{Mail: &api.MailChange{User: new("")}}, func(d *api.Delivery) { d.Mail.User, d.Mail.PasswordSet = "", false }},
		"a token":     {api.DeliveryChange{Text: &api.TextChange{Token: new("other")}}, func(*api.Delivery) {}},
		"another URL": {api.DeliveryChange{Text: &api.TextChange{URL: new("https://b.example.org"), Token: &token}}, func(d *api.Delivery) { d.Text.URL = "https://b.example.org" }},
	} {
		if _, err := eve.SetDelivery(t.Context(), api.DeliveryChange{
			Mail: h.Change(servertest.MailLogin("nightlatch", password)).Mail,
			Text: &api.TextChange{URL: new("https://texts.example.org/send"), Token: &token},
		}); err != nil {
			t.Fatal(err)
		}
		mail, text := *was.Mail, *was.Text
		want := api.Delivery{Kept: was.Kept, Mail: &mail, Text: &text}
		tt.want(&want)
		got, err := eve.SetDelivery(t.Context(), tt.change)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %+v, %v; want %+v %+v", name, got.Mail, got.Text, err, want.Mail, want.Text)
		}
	}
}

func TestDeliveryRefused(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	good := api.MailChange{Host: new("mail.example.org"), Port: new(587), TLS: new("starttls"), From: new("noreply@example.org")}
	for field, change := range map[string]func(*api.MailChange){
		"host":     func(m *api.MailChange) { m.Host = new("https://mail.example.org") },
		"port":     func(m *api.MailChange) { m.Port = new(65536) },
		"tls":      func(m *api.MailChange) { m.TLS = new("none") },
		"from":     func(m *api.MailChange) { m.From = new("nobody") },
		"user":     func(m *api.MailChange) { m.User = new("a\x00b") },
		"password": servertest.MailLogin("", "secret"),
	} {
		m := good
		change(&m)
		_, err := eve.SetDelivery(t.Context(), api.DeliveryChange{Mail: &m})
		if p := servertest.WantProblem(t, field, err, 400, api.Malformed); p.Field != field {
			t.Errorf("%s: field %q", field, p.Field)
		}
	}
	token := "x"
	for _, url := range []string{"", "http://texts.example.org", "ftp://127.0.0.1", "https://user:pw@texts.example.org"} {
		_, err := eve.SetDelivery(t.Context(), api.DeliveryChange{Text: &api.TextChange{URL: &url, Token: &token}})
		if p := servertest.WantProblem(t, url, err, 400, api.Malformed); p.Field != "url" {
			t.Errorf("%s: field %q", url, p.Field)
		}
	}
	if got := servertest.Must[api.Delivery](t)(eve.Delivery(t.Context())); got.Mail != nil || got.Text != nil || !got.Kept {
		t.Errorf("something was set: %+v", got)
	}
}

// A failed test mail has a code for the reason.
func TestTestMailFails(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	w.Answer(eve, w.Begin(eve, api.ChangeEmail), api.Email{Address: "eve@example.org"})
	h := servertest.NewMailHost(t)
	h.AuthReply = "535 no"
	closed := servertest.NewMailHost(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().(*net.TCPAddr).Port
	free.Close()
	for want, change := range map[string]api.DeliveryChange{
		"login":       h.Change(servertest.MailLogin("nightlatch", "wrong")),
		"no_tls":      closed.Change(func(m *api.MailChange) { m.TLS = new("starttls") }),
		"unreachable": h.Change(func(m *api.MailChange) { m.Port = &nobody }),
	} {
		servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), api.DeliveryChange{Mail: &api.MailChange{Off: true}}))
		servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), change))
		got := servertest.Must[api.DeliveryTest](t)(eve.TestDelivery(t.Context()))
		if got.Sent || got.Reason != want || want == "login" && got.Reply != 535 {
			t.Errorf("%s: %+v", want, got)
		}
	}
	if log := w.Log.String(); strings.Contains(log, "wrong") || slices.Contains(strings.Fields(log), "eve@example.org") {
		t.Errorf("the log says too much: %s", log)
	}
}
