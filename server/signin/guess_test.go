package signin_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
)

// credentials begins a sign-in and answers with name and password.
func credentials(w *World, username, password string) *Walk {
	w.T.Helper()
	return w.Anonymous().Begin(api.SignIn).Answer(api.Credentials{Username: username, Password: password})
}

// R42: an unknown name, a wrong password and a locked account get the same answer, at every
// stage of throttling.
func TestUnknownWrongAndLockedGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	w.SignUp("known")
	answer := func(username string) string {
		walk := credentials(w, username, "not the password")
		walk.View.ID = ""
		b, err := json.Marshal(walk.View)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for i := range 110 {
		known, unknown, dashed := answer("known"), answer("unknown"), answer("no-such-user")
		if known != unknown || known != dashed {
			t.Fatalf("try %d:\n%s\n%s\n%s", i+1, known, unknown, dashed)
		}
		w.Clock.Advance(time.Hour)
	}
	credentials(w, "known", Password).Refused(api.InvalidCredentials) // locked by now
}

// R42: an unknown name causes as many writes as a known one.
func TestUnknownNameCausesTheSameWrites(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	w.SignUp("known")
	credentials(w, "known", "not the password")
	credentials(w, "unknown", "not the password")
	count := func(username string) int {
		walk := w.Anonymous().Begin(api.SignIn)
		var writes int
		w.Watch(func(n int) { writes = n })
		walk.Answer(api.Credentials{Username: username, Password: "not the password"})
		w.Watch(nil)
		return writes
	}
	if known, unknown := count("known"), count("unknown"); known == 0 || known != unknown {
		t.Errorf("%d writes for a known name, %d for an unknown one", known, unknown)
	}
}

// R43: five attempts are free, then the wait is 30 s, doubling up to an hour. A success
// resets it. All spellings of a name count as one.
func TestThrottle(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	w.SignUp("ada")
	spellings := []string{"ada", "ADA", "Ada", " ada ", "aDa"}
	for _, s := range spellings {
		credentials(w, s, "not the password").Refused(api.InvalidCredentials)
	}
	wait := 30 * time.Second
	for range 10 {
		refusal := credentials(w, "ada", Password).Refused(api.Throttled)
		if want := w.Clock.Now().Add(wait); refusal.RetryAt == nil || !refusal.RetryAt.Equal(want) {
			t.Fatalf("retry at %v, want %v", refusal.RetryAt, want)
		}
		w.Clock.Advance(wait - time.Millisecond)
		credentials(w, "ada", Password).Refused(api.Throttled)
		w.Clock.Advance(time.Millisecond)
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
		wait = min(2*wait, time.Hour)
	}
	w.Clock.Advance(time.Hour)
	credentials(w, "ada", Password).SignedIn()
	for range 4 {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	}
	credentials(w, "ada", Password).SignedIn()
}

// R43: failures of all factors add up. The right password alone does not reset
// the count, so an attacker who knows it gets no additional guesses. A hundred
// failures in a row lock the account. The right password in an open session
// unlocks it.
func TestHundredFailuresLockTheAccount(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	wrong := []func(){
		func() { credentials(w, "ada", "not the password").Refused(api.InvalidCredentials) },
		func() {
			if code := ada.SignIn().Answer(api.Code{Code: OtherCode(w.AppCode(secret))}).View.Refusal.Code; code != api.WrongCode && code != api.ClockDrift {
				t.Fatalf("refused with %s", code)
			}
		},
		func() {
			ada.SignIn().Answer(api.ChooseMethod{Method: api.BackupCode}).
				Answer(api.Code{Code: "0000-0000-0000-0000"}).Refused(api.BackupCodeInactive)
		},
		func() {
			ada.Begin(api.Reauthenticate).Answer(api.Password{Password: "wrong"}).Refused(api.InvalidCredentials)
		},
	}
	for failures := range 100 {
		wrong[failures%len(wrong)]()
		w.Clock.Advance(time.Hour)
	}
	credentials(w, "ada", Password).Refused(api.InvalidCredentials)
	events := w.Audit("ada")
	if !slices.ContainsFunc(events, func(r audit.Record) bool { return r.Type == api.EventMethodDisabled }) {
		t.Error("the audit has no event for the lock")
	}
	ada.Begin(api.Reauthenticate).Answer(api.Password{Password: Password}).In("finished")
	credentials(w, "ada", Password).In("app-code")
}

// R42: unknown user names are not stored.
func TestUnknownNamesAreNotStored(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	const typed = "MySecretPassword1"
	credentials(w, typed, "x-not-the-password").Refused(api.InvalidCredentials)
	w.View(func(tx store.Tx) error {
		items, err := tx.Scan("", "", 10000)
		for _, it := range items {
			if text := strings.ToLower(it.Key + string(it.Value)); strings.Contains(text, strings.ToLower(typed)) {
				t.Errorf("stored at %s", it.Key)
			}
		}
		return err
	})
}

// If the password is changed during a sign-in, it is asked for again.
func TestPasswordChangedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	walk := ada.SignIn().In("app-code")
	change := ada.Begin(api.ChangePassword).Answer(api.Password{Password: Password})
	change.Answer(api.Password{Password: "another fine password"}).In("finished")
	walk.Answer(api.Code{Code: w.AppCode(secret)}).Refused(api.InvalidCredentials)
	if walk.View.State != "enter-credentials" {
		t.Errorf("in %s", walk.View.State)
	}
	ada.Password = "another fine password"
	walk.Answer(api.Credentials{Username: "ada", Password: ada.Password}).In("app-code").
		Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
}

// A method that is turned off during a sign-in is no longer asked for.
func TestMethodGoneInTheMiddle(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	secret, _ := ada.EnrollApp()
	walk := ada.SignIn().In("app-code")
	ada.TurnOff(api.App).Answer(api.ConfirmInput{}).In("finished")
	if r := walk.Answer(api.Code{Code: w.AppCode(secret)}).Refused(api.Conflict); walk.View.State != "text-code" || r.Reason != "method_off" {
		t.Errorf("in %s, %+v", walk.View.State, r)
	}
	ada.TurnOff(api.Text).Answer(api.ConfirmInput{}).In("finished")
	walk.Answer(api.Resend{}).SignedIn()
	if n := walk.Noticed(api.Conflict); n.Reason != "two_factor_off" {
		t.Errorf("notice %+v", n)
	}
}

// R14: reading a sign-in whose method was turned off sends no text. The code
// is sent on request.
func TestLookingSendsNoText(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	ada.EnrollApp()
	walk := ada.SignIn().In("app-code")
	ada.TurnOff(api.App).Answer(api.ConfirmInput{}).In("finished")
	w.Deliver()
	before := len(w.Texts.To(number))
	for range 3 {
		walk.Look().In("text-code")
	}
	w.Deliver()
	if n := len(w.Texts.To(number)) - before; n != 0 {
		t.Errorf("%d texts", n)
	}
	if step := walk.View.Step.(api.EnterCode); step.SentAt != nil || step.ResendAt == nil {
		t.Errorf("%+v", step)
	}
	walk.Answer(api.Resend{}).In("text-code")
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.LastCode(number)}).SignedIn()
}

// R14, R16: a code that was sent to a number that the account no longer has does not sign
// in.
func TestNumberChangedInTheMiddle(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	walk := ada.SignIn().In("text-code")
	w.Deliver()
	old := w.Texts.Last(number).Code()
	const other = "+12025550199"
	change := ada.Begin(api.ChangePhone).Answer(api.Phone{Number: other})
	w.Deliver()
	change.Answer(api.Code{Code: w.Texts.Last(other).Code()}).In("finished")
	walk.Answer(api.Code{Code: old}).Refused(api.Conflict)
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.Last(other).Code()}).SignedIn()
}

// R14: two simultaneous sign-ins get the same code, and it works in one of them.
func TestOneCodeForTwoWindows(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	one := ada.SignIn().In("text-code")
	w.Deliver()
	code := w.Texts.Last(number).Code()
	w.Clock.Advance(time.Minute)
	two := ada.SignIn().In("text-code")
	w.Deliver()
	if texts := w.Texts.To(number); texts[len(texts)-1].Code() != code || texts[len(texts)-2].Code() != code {
		t.Errorf("texts %v", texts)
	}
	two.Answer(api.Code{Code: code}).SignedIn()
	one.Answer(api.Code{Code: code}).Refused(api.CodeUsed)
	w.Clock.Advance(2 * time.Minute)
	one.Answer(api.Resend{}).In("text-code")
	w.Deliver()
	fresh := w.Texts.Last(number).Code()
	w.Clock.Advance(9 * time.Minute) // a code that expires soon is not sent for a new sign-in
	three := ada.SignIn().In("text-code")
	if left := three.View.Step.(api.EnterCode).CodeExpires.Sub(w.Clock.Now()); left != 10*time.Minute {
		t.Errorf("%s left", left)
	}
	w.Deliver()
	if w.Texts.Last(number).Code() == fresh {
		t.Error("the code that expires soon was sent again")
	}
	one.Answer(api.Code{Code: fresh}).SignedIn() // R11: the new code did not void it
}

// Codes that are sent and never entered are limited over all sign-ins.
func TestTextsAreLimited(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	backup := ada.EnrollText(number)
	w.Deliver()
	before := len(w.Texts.To(number))
	for range 30 {
		ada.SignIn().In("text-code") // the code that was sent is still usable
	}
	w.Deliver()
	if n := len(w.Texts.To(number)) - before; n != 10 {
		t.Errorf("%d texts", n)
	}
	var walk *Walk
	for range 8 {
		w.Clock.Advance(10 * time.Minute)
		walk = ada.SignIn()
	}
	if walk.View.State != "text-code" {
		t.Errorf("in %s", walk.View.State)
	}
	if refusal := walk.Noticed(api.Throttled); refusal.RetryAt == nil || refusal.Reason != "sends" {
		t.Errorf("refused with %+v", refusal)
	}
	walk.Answer(api.Code{Code: "123456"}).Refused(api.CodeExpired)
	walk.Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: backup}).SignedIn()
	ada.SignIn().In("text-code") // a sign-in with any method resets the count
}

// The audit of a sign-in has method, client and address, and no secret.
func TestAuditOfSignIn(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, backup := ada.EnrollApp()
	code := w.AppCode(secret)
	ada.SignIn().Answer(api.Code{Code: OtherCode(code)})
	ada.SignIn().Answer(api.Code{Code: code}).SignedIn()
	events := w.Audit("ada")
	if last := events[0]; last.Type != api.EventSignedIn || last.Details["method"] != "app" || last.Client != "Test" || last.RemoteAddr != "127.0.0.1" {
		t.Errorf("last event %+v", last)
	}
	if failed := events[1]; failed.Type != api.EventSignInFailed || !failed.Refused || failed.Details["factor"] != "app" {
		t.Errorf("the one before %+v", failed)
	}
	for _, secret := range []string{secret, backup, code, Password} {
		if text := fmt.Sprint(events); strings.Contains(text, secret) {
			t.Errorf("the audit contains %q", secret)
		}
	}
	if err := audit.Verify(t.Context(), w.Store, w.Account("ada").ID); err != nil {
		t.Error(err)
	}
}

// The refusal of a malformed input names the field. Such an input changes nothing.
func TestMalformedInputs(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	long := strings.Repeat("a", 10<<20)
	for _, bad := range []struct {
		in    api.Credentials
		field string
	}{
		{api.Credentials{Username: "", Password: Password}, "username"},
		{api.Credentials{Username: long, Password: Password}, "username"},
		{api.Credentials{Username: "a\x00da", Password: Password}, "username"},
		{api.Credentials{Username: "\u202e\u200b", Password: Password}, "username"},
		{api.Credentials{Username: "ada", Password: ""}, "password"},
		{api.Credentials{Username: "ada", Password: long}, "password"},
		{api.Credentials{Username: "ada", Password: "pass\nword"}, "password"},
		{api.Credentials{Username: "ada", Password: "\xff\xfe"}, "password"},
	} {
		walk := w.Anonymous().Begin(api.SignIn)
		rev := walk.View.Rev
		if got := walk.Answer(bad.in).Refused(api.Malformed); got.Field != bad.field || walk.View.Rev != rev {
			t.Errorf("%.20q, %.20q: names %q, revision %d → %d", bad.in.Username, bad.in.Password, got.Field, rev, walk.View.Rev)
		}
	}
	walk := ada.SignIn()
	for _, code := range []string{"", "12345", "1234567", "12345a", long, "１２３４５", "\u200f12345"} {
		if got := walk.Answer(api.Code{Code: code}).Refused(api.Malformed); got.Field != "code" {
			t.Errorf("%.20q: names %q", code, got.Field)
		}
	}
	if got := walk.Answer(api.ConfirmInput{}).Refused(api.Malformed); got.Field != "input" {
		t.Errorf("a foreign input: names %q", got.Field)
	}
}

// R43: a security key's answer is not verified while attempts are throttled, because
// verifying a signature takes time.
func TestThrottledTouch(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollKey("Blue")
	walk := ada.SignIn().In("security-key")
	for range w.Policy.ThrottleFree {
		credentials(w, "ada", "not the password").Refused(api.InvalidCredentials)
	}
	walk.Answer(api.KeyResponse{Response: api.RawJSON(`{"id":"nonsense"}`)}).Refused(api.Throttled)
}
