package enroll_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

const (
	number = "+12025550143"
	other  = "+12025550199"
)

func steps(types ...api.StepType) []api.StepType { return types }

// R2 to R4, R10 to R13, R70: enrolling text messages, with the path, the mail and the backup
// code.
func TestEnrollText(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.EnrollText).In("overview")
	if want := steps("overview", "enter-email", "enter-code", "enter-phone", "enter-code", "save-backup-code", "finished"); !slices.Equal(walk.View.Path, want) {
		t.Errorf("path %v", walk.View.Path)
	}
	walk.Answer(api.Continue{}).In("enter-email") // the password was just proved by signing up (R3)
	walk.Answer(api.Email{Address: "ada@Example.ORG "}).In("email-code")
	w.Deliver()
	mail := w.Mails.Last("ada@example.org")
	if mail.Code() == "" {
		t.Fatalf("mail %+v", mail)
	}
	walk.Answer(api.Code{Code: mail.Code()}).In("enter-phone")
	if a := w.Account("ada"); a.Email != "ada@example.org" || !a.EmailConfirmed {
		t.Errorf("address %q, confirmed %v", a.Email, a.EmailConfirmed)
	}
	if step := walk.View.Step.(api.EnterPhone); !step.Discoverable { // R10: checked by default
		t.Errorf("shows %+v", step)
	}
	off := false
	walk.Answer(api.Phone{Number: "+1 (202) 555-0143", Discoverable: &off}).In("text-code")
	if e := w.Enrolled("ada"); e.TwoFactor() || w.Account("ada").Phone != "" {
		t.Error("on before the number was confirmed")
	}
	w.Deliver()
	text := w.Texts.Last(number)
	if !strings.HasSuffix(text.Body, "@localhost #"+text.Code()) { // R15
		t.Errorf("text %q", text.Body)
	}
	walk.Answer(api.Code{Code: text.Code()}).In("save-backup-code")
	shown := walk.View.Step.(api.SaveBackupCode)
	if again := walk.Look().View.Step.(api.SaveBackupCode); again != shown || shown.Number != 1 || len(shown.Code) != 19 {
		t.Errorf("shows %+v, then %+v", shown, again)
	}
	if a := w.Account("ada"); !a.TextOn || a.Phone != number || !a.PhoneVerified || a.Discoverable || len(a.ActiveBackupCodes) != 1 {
		t.Errorf("account %+v", a)
	}
	walk.Answer(api.Continue{}).In("finished").Gone()
	w.Deliver()
	if mail := w.Mails.Last("ada@example.org"); mail.Subject != "Text message codes are on" {
		t.Errorf("notice %+v", mail)
	}
	types := []api.EventType{}
	for _, e := range w.Audit("ada") {
		types = append(types, e.Type)
	}
	if want := []api.EventType{
		api.EventBackupCodeIssued, api.EventTwoFactorOn, api.EventTextEnabled, api.EventEmailConfirmed, api.EventSignedIn, api.EventAccountCreated,
	}; !slices.Equal(types, want) {
		t.Errorf("audit %v", types)
	}
}

// R20, R21: the app is not on until its code was proved. A second method issues no second
// backup code (R70).
func TestEnrollApp(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Prelude(api.EnrollApp).In("scan-qr")
	qr := walk.View.Step.(api.ScanQR)
	if len(qr.Secret) != 32 || !strings.HasPrefix(qr.URI, "otpauth://totp/Nightlatch:ada?secret="+qr.Secret) || !strings.Contains(qr.URI, "issuer=Nightlatch") {
		t.Errorf("shows %+v", qr)
	}
	walk.Answer(api.Continue{}).In("app-code")
	walk.Answer(api.Resend{}).In("scan-qr") // show it again
	if again := walk.View.Step.(api.ScanQR); again != qr {
		t.Error("another secret")
	}
	walk.Answer(api.Continue{})
	code := walk.Answer(api.Code{Code: OtherCode(w.AppCode(qr.Secret))}).View.Refusal.Code
	if code != api.WrongCode && code != api.ClockDrift {
		t.Errorf("refused with %s", code)
	}
	if w.Enrolled("ada").App {
		t.Error("on before a code was proved")
	}
	right := w.AppCode(qr.Secret)
	w.Clock.Advance(5 * time.Minute)
	if drift := walk.Answer(api.Code{Code: right}).Refused(api.ClockDrift); *drift.Drift != -300 { // R23
		t.Errorf("drift %d", *drift.Drift)
	}
	if walk.Answer(api.Code{Code: w.AppCode(qr.Secret)}).Save() == "" {
		t.Error("no backup code")
	}
	if e := w.Enrolled("ada"); !e.App {
		t.Error("not on")
	}
	if ada.EnrollText(number) != "" {
		t.Error("a second backup code")
	}
}

// Enrolling an app again, for a new phone, replaces the old app, which works until the new
// one is proved.
func TestReplaceApp(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	old, _ := ada.EnrollApp()
	walk := ada.Begin(api.EnrollApp)
	if step := walk.View.Step.(api.Overview); !step.Replaces {
		t.Errorf("overview %+v", step)
	}
	fresh := walk.Answer(api.Continue{}).In("scan-qr").View.Step.(api.ScanQR).Secret
	ada.SignIn().Answer(api.Code{Code: w.AppCode(old)}).SignedIn()
	walk.Answer(api.Continue{}).Answer(api.Code{Code: w.AppCode(fresh)}).In("finished")
	w.Clock.Advance(time.Minute)
	if code := ada.SignIn().Answer(api.Code{Code: w.AppCode(old)}).View.Refusal.Code; code != api.WrongCode && code != api.ClockDrift {
		t.Errorf("refused with %s", code)
	}
	ada.SignIn().Answer(api.Code{Code: w.AppCode(fresh)}).SignedIn()
}

// R31 to R33: a key is stored only with its name, and no backup code is issued. The same
// key is excluded, and refused if it answers nevertheless.
func TestEnrollKey(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Prelude(api.EnrollKey).In("touch-key")
	key := NewKey(t)
	options := walk.View.Step.(api.UseSecurityKey).Create
	walk.Answer(api.KeyResponse{Response: api.RawJSON(`{"id":1}`)}).Refused(api.Malformed)
	walk.Answer(key.Create(options)).In("name-key")
	if step := walk.View.Step.(api.NameKey); step.Suggested != "Security key" {
		t.Errorf("suggests %+v", step)
	}
	if w.Enrolled("ada").Keys != 0 {
		t.Error("stored before it was named")
	}
	for _, bad := range []string{"", "   ", strings.Repeat("x", 65), "a\x00b", "a\u202eb"} {
		if r := walk.Answer(api.Label{Label: bad}).Refused(api.Malformed); r.Field != "label" {
			t.Errorf("%q: names %q", bad, r.Field)
		}
	}
	walk.Answer(api.Label{Label: " Blue "}).In("finished")
	if keys := w.SecurityKeys("ada"); len(keys) != 1 || keys[0].Label != "Blue" || len(w.Account("ada").ActiveBackupCodes) != 0 {
		t.Errorf("keys %+v", keys)
	}
	walk = ada.Prelude(api.EnrollKey).In("touch-key")
	options = walk.View.Step.(api.UseSecurityKey).Create
	if !key.Excluded(options) {
		t.Error("not on the exclude list")
	}
	if r := walk.Answer(key.Create(options)).Refused(api.KeyAlreadyEnrolled); r.Key != "Blue" {
		t.Errorf("names %q", r.Key)
	}
	walk.Answer(key.Create(options)).Refused(api.Denied) // for the previous challenge
	eve := w.SignUp("eve")
	walk = eve.Prelude(api.EnrollKey)
	if r := walk.Answer(key.Create(walk.View.Step.(api.UseSecurityKey).Create)).Refused(api.KeyAlreadyEnrolled); r.Key != "" {
		t.Errorf("tells eve %q", r.Key)
	}
	if ada.EnrollText(number) == "" { // R70: the first method that is not a key
		t.Error("no backup code with text after a key")
	}
}

// R31: an account can have at most twenty keys.
func TestTwentyKeys(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	for range 19 {
		ada.EnrollKey("Key")
	}
	late := ada.Prelude(api.EnrollKey)
	key := NewKey(t)
	late.Answer(key.Create(late.View.Step.(api.UseSecurityKey).Create)).In("name-key")
	w.AddKey("ada", "The twentieth")
	late.Answer(api.Label{Label: "One too many"}).Refused(api.KeysFull)
	if code := ada.Rejected(api.Begin{Kind: api.EnrollKey}); code != api.KeysFull {
		t.Errorf("begin: %s", code)
	}
	if n := w.Enrolled("ada").Keys; n != 20 {
		t.Errorf("%d keys", n)
	}
}

// R3: the password is asked for unless it was proved in the last ten minutes.
func TestPasswordFirst(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	w.Clock.Advance(w.Policy.ReauthenticateAfter)
	walk := ada.Begin(api.EnrollText)
	if want := steps("overview", "enter-password", "enter-phone", "enter-code", "finished"); !slices.Equal(walk.View.Path, want) {
		t.Errorf("path %v", walk.View.Path)
	}
	walk.Answer(api.Continue{}).In("enter-password")
	walk.Answer(api.Password{Password: "wrong"}).Refused(api.InvalidCredentials)
	walk.Answer(api.Password{Password: ""}).Refused(api.Malformed)
	walk.Answer(api.Password{Password: Password}).In("enter-phone")
	for _, kind := range []api.Kind{api.ChangeEmail, api.ChangePhone} {
		if state := ada.Begin(kind).View.State; state == "enter-password" {
			t.Errorf("%s asks again", kind)
		}
	}
	w.Clock.Advance(w.Policy.ReauthenticateAfter)
	for _, kind := range []api.Kind{api.ChangeEmail, api.ChangePhone, api.ChangePassword} {
		ada.Begin(kind).In("enter-password")
	}
	ada.TurnOff(api.App).In("enter-password")
}

// R4: an email code has five tries and one hour. It does not work as text code.
func TestEmailCode(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.EnrollApp).Answer(api.Continue{})
	for _, bad := range []string{"", "ada", "ada@", "a@b@c", "ada@example.org\nbob@example.org", strings.Repeat("a", 10<<20), "ada@example.org\x00"} {
		if r := walk.Answer(api.Email{Address: bad}).Refused(api.Malformed); r.Field != "address" {
			t.Errorf("%.20q: names %q", bad, r.Field)
		}
	}
	walk.Answer(api.Email{Address: "typo@example.org"}).In("email-code")
	walk.Answer(api.Email{Address: ada.Address()}).In("email-code") // corrected
	if sent := walk.View.Step.(api.EnterCode); sent.SentTo != ada.Address() || sent.Channel != api.ByEmail {
		t.Errorf("shows %+v", sent)
	}
	w.Deliver()
	wrong := w.Mails.Last("typo@example.org").Code()
	code := w.Mails.Last(ada.Address()).Code()
	if wrong != code {
		walk.Answer(api.Code{Code: wrong}).Refused(api.WrongCode)
	} else {
		walk.Answer(api.Code{Code: OtherCode(code)}).Refused(api.WrongCode)
	}
	w.Clock.Advance(time.Hour)
	walk.Answer(api.Code{Code: code}).Refused(api.CodeExpired)
	walk.Answer(api.Resend{}).In("email-code")
	w.Deliver()
	code = w.Mails.Last(ada.Address()).Code()
	w.Clock.Advance(time.Hour - time.Millisecond)
	walk.Answer(api.Code{Code: code}).In("enter-password").Noticed(api.ReauthenticationRequired) // R3
	walk.Answer(api.Password{Password: Password}).In("scan-qr")
	if a := w.Account("ada"); a.Email != ada.Address() || !a.EmailConfirmed {
		t.Errorf("account %+v", a)
	}
}

// R4: five tries. Failures add up over codes and ceremonies.
func TestEmailTries(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.EnrollApp).Answer(api.Continue{}).Answer(api.Email{Address: ada.Address()})
	w.Deliver()
	code := w.Mails.Last(ada.Address()).Code()
	for left := 4; left >= 0; left-- {
		if r := walk.Answer(api.Code{Code: OtherCode(code)}).Refused(api.WrongCode); *r.TriesLeft != left || r.Rule != "R4" {
			t.Errorf("%d tries left (%s), want %d", *r.TriesLeft, r.Rule, left)
		}
	}
	if b, err := json.Marshal(walk.View.Step); err != nil || !strings.Contains(string(b), `"tries_left":0`) {
		t.Errorf("with no try left the step is %s: %v", b, err)
	}
	if r := walk.Answer(api.Code{Code: code}).Refused(api.TooManyTries); r.Rule != "R4" {
		t.Errorf("too many tries by rule %s", r.Rule)
	}
	walk = ada.Begin(api.EnrollApp).Answer(api.Continue{}).Answer(api.Email{Address: ada.Address()}).In("email-code")
	w.Deliver()
	code = w.Mails.Last(ada.Address()).Code()
	walk.Answer(api.Code{Code: code}).Refused(api.Throttled)
	w.Clock.Advance(30 * time.Second)
	walk.Answer(api.Code{Code: code}).In("scan-qr")
	ada.SignIn().SignedIn() // signing in is not locked
}

// The refusal of a malformed phone number names its field.
func TestMalformedPhone(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Prelude(api.EnrollText).In("enter-phone")
	for _, bad := range []string{"", "12", "not a number", "+1202555", strings.Repeat("1", 10<<20), "+1\x00202 555 0143", "\u202e"} {
		if r := walk.Answer(api.Phone{Number: bad}).Refused(api.Malformed); r.Field != "number" {
			t.Errorf("%.20q: names %q", bad, r.Field)
		}
	}
	walk.Answer(api.Phone{Number: other}).In("text-code")
	walk.Answer(api.Phone{Number: number}).In("text-code") // corrected
	w.Deliver()
	if code := w.Texts.Last(other).Code(); code != w.Texts.Last(number).Code() {
		walk.Answer(api.Code{Code: code}).Refused(api.WrongCode)
	}
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).Save()
	if a := w.Account("ada"); a.Phone != number || !a.Discoverable { // discoverable by default
		t.Errorf("number %s, discoverable %v", a.Phone, a.Discoverable)
	}
}

// If codes can't be sent, the overview says so, not a later step.
func TestOverviewReportsThatNothingCanBeSent(t *testing.T) {
	t.Parallel()
	silent := New(t, Setup{NoText: true})
	ada := silent.SignUp("ada")
	ada.Begin(api.EnrollText).Answer(api.Continue{}).Refused(api.CannotSend)
	ada.Begin(api.ChangePhone).Answer(api.Phone{Number: number}).Refused(api.CannotSend)
	ada.EnrollApp()
}

// Every ceremony continues after the program was closed and opened again, in the same
// session. It does not in another session or after the session has ended.
func TestResume(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Prelude(api.EnrollApp).In("scan-qr")
	secret := walk.View.Step.(api.ScanQR).Secret
	w.Open()
	walk.Look().In("scan-qr")
	if again := walk.View.Step.(api.ScanQR).Secret; again != secret {
		t.Error("another secret")
	}
	walk.Answer(api.Continue{})
	w.Open()
	walk.Answer(api.Code{Code: w.AppCode(secret)})
	w.Open()
	if walk.Look().Save() == "" {
		t.Error("no backup code")
	}
	w.Clock.Advance(time.Minute)
	half := ada.SignIn().In("app-code")
	w.Open()
	half.Look().Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
}
