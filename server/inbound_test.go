package server_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
)

// say texts something from a phone to the short code, as the lab's phone does.
func (w *world) say(phone, body string) {
	w.t.Helper()
	text, err := json.Marshal(map[string]string{"to": "40404", "body": body})
	if err != nil {
		w.t.Fatal(err)
	}
	if e := w.do("POST", "/lab/v1/phones/"+phone+"/messages", string(text), "Content-Type", "application/json"); e.status != 201 {
		w.t.Fatalf("%s says %q: %d %s", phone, body, e.status, e.body)
	}
	w.deliver()
}

func (w *world) texts(phone string) int {
	w.t.Helper()
	w.deliver()
	return len(must[[]api.LabText](w.t)(w.client.PhoneMessages(w.t.Context(), phone)))
}

// R18: after STOP nothing is texted to a number, and the step that waits for a code says
// why. After GO texts are sent again, and GO is answered.
func TestStopAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("bob")
	if a := must[api.Account](t)(c.Account(t.Context())); a.Texts != nil {
		t.Errorf("before anything was said: %+v", a.Texts)
	}
	before := w.texts(bobPhone)
	following, leave := context.WithTimeout(t.Context(), 30*time.Second)
	defer leave()
	events := must[<-chan api.Event](t)(c.Events(following))
	w.say(bobPhone, " stop. ")
	told := false
	for e := range events {
		if told = e.Topic == api.TopicAccount; told {
			break
		}
	}
	if !told {
		t.Error("nobody is told that the account looks different")
	}
	a := must[api.Account](t)(c.Account(t.Context()))
	if a.Texts == nil || !a.Texts.Stopped || a.Texts.ShortCode != "40404" || !a.Texts.At.Equal(w.clock.Now()) {
		t.Errorf("after STOP: %+v", a.Texts)
	}
	if got := w.types(c, 1); got[0] != api.EventCarrierOptOut {
		t.Errorf("activity %v", got)
	}
	if mails := w.mails(bobMail); !strings.Contains(mails[len(mails)-1], "opted out") {
		t.Errorf("mail %q", mails)
	}

	// A sign-in that would text a code says why it does not, and has other ways.
	v := must[api.View](t)(w.client.Begin(t.Context(), api.Begin{Kind: api.SignIn}))
	v = must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Credentials{Username: "bob", Password: password}))
	step, ok := v.Step.(api.EnterCode)
	if !ok || v.Refusal == nil || v.Refusal.Code != api.CannotSend || v.Refusal.Reason != "stopped" || v.Refusal.Rule != "R18" ||
		!strings.Contains(v.Refusal.Detail, "GO to 40404") || !slices.Contains(step.Alternatives, api.BackupCode) {
		t.Errorf("a sign-in after STOP: %+v, %+v", v.Step, v.Refusal)
	}
	w.clock.Advance(2 * time.Minute)
	v = must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Resend{}))
	if v.Refusal == nil || v.Refusal.Reason != "stopped" {
		t.Errorf("send again after STOP: %+v", v.Refusal)
	}
	// No temporary password is made either, because it could not be sent (R82).
	wantRefused(t, "R80", w.basic("bob", password), api.TemporaryPasswordRequired)
	if made := must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context())); len(made) != 0 {
		t.Errorf("made %+v", made)
	}
	if n := w.texts(bobPhone); n != before {
		t.Errorf("%d texts after STOP", n-before)
	}

	w.say(bobPhone, "Go")
	if n := w.texts(bobPhone); n != before+1 || !strings.Contains(w.lastText(bobPhone), "receives text messages") {
		t.Errorf("GO is not answered: %d texts, %q", n-before, w.lastText(bobPhone))
	}
	if a := must[api.Account](t)(c.Account(t.Context())); a.Texts == nil || a.Texts.Stopped {
		t.Errorf("after GO: %+v", a.Texts)
	}
	if got := w.types(c, 1); got[0] != api.EventCarrierOptIn {
		t.Errorf("activity %v", got)
	}
	v = must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Resend{}))
	v = must[api.View](t)(w.client.Answer(t.Context(), v.ID, v.Rev, api.Code{Code: w.textCode(bobPhone)}))
	if _, ok := v.Step.(api.SignedIn); !ok {
		t.Errorf("a code after GO: %+v %+v", v.Step, v.Refusal)
	}
}

// Saying the same again, or something else, changes nothing.
func TestOtherTextsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn("bob")
	w.say(bobPhone, "GO") // the first one is heard: some carriers wait for it
	before := w.dump()
	for _, body := range []string{"GO", "start", "hello", "don't stop", "STOP IT", "go40404"} {
		w.say(bobPhone, body)
	}
	if err := w.Inbound(t.Context(), bobPhone, "40405", "STOP"); err != nil {
		t.Error(err)
	}
	for _, from := range []string{"", "nobody", "40404", "+1", strings.Repeat("9", 5000)} {
		if err := w.Inbound(t.Context(), from, "40404", "STOP"); err != nil {
			t.Errorf("%q: %v", from, err)
		}
	}
	for key, value := range w.dump() {
		if before[key] != value {
			t.Errorf("%s changed to %q", key, value)
		}
	}
}

// STOP from a number without an account counts once the number is entered. GO from such
// a number writes nothing and is not answered.
func TestStrangersStop(t *testing.T) {
	t.Parallel()
	const phone = "+12025550177"
	w := newWorld(t)
	c := w.signIn("dot")
	w.prove(c)
	before := w.dump()
	w.say(phone, "GO")
	if after := w.dump(); len(after) != len(before) || w.texts(phone) != 0 {
		t.Errorf("a stranger's GO: %d keys more, %d texts", len(after)-len(before), w.texts(phone))
	}
	w.say(phone, "STOP")

	v := must[api.View](t)(c.Begin(t.Context(), api.Begin{Kind: api.EnrollText}))
	v = must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, api.Continue{}))
	v = must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, api.Phone{Number: phone})) // in the place of dot's own
	if v.Refusal == nil || v.Refusal.Reason != "stopped" || w.texts(phone) != 0 {
		t.Errorf("%+v %+v, %d texts", v.Step, v.Refusal, w.texts(phone))
	}
	w.say(phone, "GO")
	v = must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, api.Phone{Number: phone}))
	if v.Refusal != nil || w.texts(phone) != 1 {
		t.Errorf("after GO: %+v, %d texts", v.Refusal, w.texts(phone))
	}
}

// All accounts with the number are notified; an account that gave it up is not.
func TestOptOutNotifiesAccountsWithTheNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob, ada := w.signIn("bob"), w.signIn("ada")
	w.say(bobPhone, "STOP")
	if got := w.types(ada, 1); got[0] == api.EventCarrierOptOut {
		t.Errorf("ada's activity %v", got)
	}
	w.prove(bob)
	if err := bob.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.say(bobPhone, "GO")
	if got := w.types(bob, 3); slices.Contains(got, api.EventCarrierOptIn) {
		t.Errorf("the number is not bob's any more: %v", got)
	}
	if a := must[api.Account](t)(bob.Account(t.Context())); a.Texts != nil {
		t.Errorf("%+v", a.Texts)
	}
	for key := range w.dump() {
		if strings.HasPrefix(key, "phone/"+bobPhone) || key == "text/"+bobPhone {
			t.Errorf("%s is left", key)
		}
	}
}
