package server_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// say sends a text from a phone to the short code, as the lab's phone does.
func say(w *servertest.World, phone, body string) {
	w.T.Helper()
	text, err := json.Marshal(map[string]string{"to": "40404", "body": body})
	if err != nil {
		w.T.Fatal(err)
	}
	if e := w.Do("POST", "/lab/v1/phones/"+phone+"/messages", string(text), "Content-Type", "application/json"); e.Status != 201 {
		w.T.Fatalf("%s says %q: %d %s", phone, body, e.Status, e.Body)
	}
	w.DeliverAll()
}

// R18: after STOP nothing is texted to a number, and the step that asks for a code has
// the reason. After GO texts are sent again, and GO is answered.
func TestStopAndGo(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	if a := servertest.Must[api.Account](t)(c.Account(t.Context())); a.Texts != nil {
		t.Errorf("before anything was said: %+v", a.Texts)
	}
	before := w.TextCount(servertest.BobPhone)
	following, leave := context.WithTimeout(t.Context(), 30*time.Second)
	defer leave()
	events := servertest.Must[<-chan api.Event](t)(c.Events(following))
	say(w, servertest.BobPhone, " stop. ")
	notified := false
	for e := range events {
		if notified = e.Topic == api.TopicAccount; notified {
			break
		}
	}
	if !notified {
		t.Error("clients are not notified that the account changed")
	}
	a := servertest.Must[api.Account](t)(c.Account(t.Context()))
	if a.Texts == nil || !a.Texts.Stopped || a.Texts.ShortCode != "40404" || !a.Texts.At.Equal(w.Clock.Now()) {
		t.Errorf("after STOP: %+v", a.Texts)
	}
	if got := w.ActivityTypes(c, 1); got[0] != api.EventCarrierOptOut {
		t.Errorf("activity %v", got)
	}
	if mails := w.MailSubjects(servertest.BobMail); !strings.Contains(mails[len(mails)-1], "opted out") {
		t.Errorf("mail %q", mails)
	}

	// A sign-in that cannot text a code has the reason, and lists other methods.
	v := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	v = servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: "bob", Password: servertest.Password}))
	step, ok := v.Step.(api.EnterCode)
	if !ok || v.Refusal != nil || v.Notice == nil || v.Notice.Code != api.CannotSend || v.Notice.Reason != "stopped" || v.Notice.Rule != "R18" ||
		!strings.Contains(v.Notice.Detail, "GO to 40404") || !slices.Contains(step.Alternatives, api.BackupCode) {
		t.Errorf("a sign-in after STOP: %+v, %+v", v.Step, v.Refusal)
	}
	w.Clock.Advance(2 * time.Minute)
	v = servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Resend{}))
	if v.Refusal == nil || v.Refusal.Reason != "stopped" {
		t.Errorf("send again after STOP: %+v", v.Refusal)
	}
	// No temporary password is made either, because it could not be sent (R82).
	servertest.WantUnauthorized(t, "R80", w.Basic("bob", servertest.Password), api.TemporaryPasswordRequired)
	if made := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); len(made) != 0 {
		t.Errorf("made %+v", made)
	}
	if n := w.TextCount(servertest.BobPhone); n != before {
		t.Errorf("%d texts after STOP", n-before)
	}

	say(w, servertest.BobPhone, "Go")
	if n := w.TextCount(servertest.BobPhone); n != before+1 || !strings.Contains(w.LastText(servertest.BobPhone), "receives text messages") {
		t.Errorf("GO is not answered: %d texts, %q", n-before, w.LastText(servertest.BobPhone))
	}
	if a := servertest.Must[api.Account](t)(c.Account(t.Context())); a.Texts == nil || a.Texts.Stopped {
		t.Errorf("after GO: %+v", a.Texts)
	}
	if got := w.ActivityTypes(c, 1); got[0] != api.EventCarrierOptIn {
		t.Errorf("activity %v", got)
	}
	v = servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Resend{}))
	v = servertest.Must[api.View](t)(w.Client.Answer(t.Context(), v.ID, v.Rev, api.Code{Code: w.TextCode(servertest.BobPhone)}))
	if _, ok := v.Step.(api.SignedIn); !ok {
		t.Errorf("a code after GO: %+v %+v", v.Step, v.Refusal)
	}
}

// The same word again, or any other text, changes nothing.
func TestOtherTextsChangeNothing(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	w.SignIn("bob")
	say(w, servertest.BobPhone, "GO") // the first GO changes the state, because some carriers require it
	before := w.Dump()
	for _, body := range []string{"GO", "start", "hello", "don't stop", "STOP IT", "go40404"} {
		say(w, servertest.BobPhone, body)
	}
	if err := w.Inbound(t.Context(), servertest.BobPhone, "40405", "STOP"); err != nil {
		t.Error(err)
	}
	for _, from := range []string{"", "nobody", "40404", "+1", strings.Repeat("9", 5000)} {
		if err := w.Inbound(t.Context(), from, "40404", "STOP"); err != nil {
			t.Errorf("%q: %v", from, err)
		}
	}
	for key, value := range w.Dump() {
		if before[key] != value {
			t.Errorf("%s changed to %q", key, value)
		}
	}
}

// STOP from a number without an account has effect when an account enters the number.
// GO from such a number writes nothing and is not answered.
func TestStopFromUnknownNumber(t *testing.T) {
	t.Parallel()
	const phone = "+12025550177"
	w := servertest.New(t)
	c := w.SignIn("dot")
	w.ProvePassword(c)
	before := w.Dump()
	say(w, phone, "GO")
	if after := w.Dump(); len(after) != len(before) || w.TextCount(phone) != 0 {
		t.Errorf("GO from an unknown number: %d keys more, %d texts", len(after)-len(before), w.TextCount(phone))
	}
	say(w, phone, "STOP")

	v := servertest.Must[api.View](t)(c.Begin(t.Context(), api.Begin{Kind: api.EnrollText}))
	v = servertest.Must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, api.Continue{}))
	v = servertest.Must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, api.Phone{Number: phone})) // instead of dot's own number
	if v.Refusal == nil || v.Refusal.Reason != "stopped" || w.TextCount(phone) != 0 {
		t.Errorf("%+v %+v, %d texts", v.Step, v.Refusal, w.TextCount(phone))
	}
	say(w, phone, "GO")
	v = servertest.Must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, api.Phone{Number: phone}))
	if v.Refusal != nil || w.TextCount(phone) != 1 {
		t.Errorf("after GO: %+v, %d texts", v.Refusal, w.TextCount(phone))
	}
}

// All accounts with the number are notified. An account that no longer has it is not.
func TestOptOutNotifiesAccountsWithTheNumber(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	bob, ada := w.SignIn("bob"), w.SignIn("ada")
	say(w, servertest.BobPhone, "STOP")
	if got := w.ActivityTypes(ada, 1); got[0] == api.EventCarrierOptOut {
		t.Errorf("ada's activity %v", got)
	}
	w.ProvePassword(bob)
	if err := bob.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	say(w, servertest.BobPhone, "GO")
	if got := w.ActivityTypes(bob, 3); slices.Contains(got, api.EventCarrierOptIn) {
		t.Errorf("the number is not bob's any more: %v", got)
	}
	if a := servertest.Must[api.Account](t)(bob.Account(t.Context())); a.Texts != nil {
		t.Errorf("%+v", a.Texts)
	}
	for key := range w.Dump() {
		if strings.HasPrefix(key, "phone/"+servertest.BobPhone) || key == "text/"+servertest.BobPhone {
			t.Errorf("%s is left", key)
		}
	}
}
