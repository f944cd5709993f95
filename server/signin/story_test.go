package signin_test

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/otp"
	"nightlatch/server/webauthn"
)

const number = "+12025550143"

// R0: sign-up also signs in.
func TestSignUp(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	walk := w.Anonymous().Begin(api.SignUp).In("choose-credentials")
	if step := walk.View.Step.(api.ChooseCredentials); step.MinPassword != 8 || step.MaxPassword != 128 {
		t.Errorf("shows %+v", step)
	}
	end := walk.Answer(api.Credentials{Username: "Ada", Password: Password}).SignedIn()
	if end.Account.Username != "Ada" || end.Account.TwoFactor || end.Account.PasswordProved == nil {
		t.Errorf("account %+v", end.Account)
	}
	walk.Gone()
	if me := (&Person{World: w, Token: end.SessionToken}).Caller(); me.Session == nil || me.Session.Client != "Test" {
		t.Errorf("the token is good for %+v", me.Session)
	}
}

// R0: a refused name or password gets its reason, and no account is created.
func TestSignUpRefuses(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	w.SignUp("taken")
	for _, tt := range []struct {
		name, username, password string
		code, field              string
	}{
		{"short name", "ab", Password, api.Malformed, "username"},
		{"space in the name", "a b c", Password, api.Malformed, "username"},
		{"empty name", "", Password, api.Malformed, "username"},
		{"name taken in another case", "TAKEN", Password, api.UsernameTaken, "username"},
		{"short password", "grace", "seven77", api.PasswordRefused, "password"},
		{"common password", "grace", "password1", api.PasswordRefused, "password"},
		{"the user name", "gracehopper", "Gracehopper", api.PasswordRefused, "password"},
		{"control character", "grace", "correct\x00horse", api.Malformed, "password"},
		{"empty password", "grace", "", api.Malformed, "password"},
	} {
		walk := w.Anonymous().Begin(api.SignUp)
		rev := walk.View.Rev
		refusal := walk.Answer(api.Credentials{Username: tt.username, Password: tt.password}).Refused(tt.code)
		if refusal.Field != tt.field || walk.View.Rev != rev || walk.View.State != "choose-credentials" {
			t.Errorf("%s: %+v, revision %d → %d", tt.name, refusal, rev, walk.View.Rev)
		}
	}
}

// R0: the refusal names the pattern that makes a password easy to guess, for every client.
func TestRefusedPasswordHasItsPattern(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	for password, want := range map[string]string{"Refrigerator7": "word", "catdogcatdogcatdog": "repeat", "30.11.2026": "date"} {
		walk := w.Anonymous().Begin(api.SignUp)
		refusal := walk.Answer(api.Credentials{Username: "grace", Password: password}).Refused(api.PasswordRefused)
		if refusal.Reason != "common" || refusal.Pattern != want || refusal.Detail == "" {
			t.Errorf("%q: %+v", want, refusal)
		}
	}
}

// R1: without a method the password is enough.
func TestPasswordAlone(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	end := ada.SignIn().SignedIn()
	if end.SessionToken == ada.Token || end.SessionToken == "" {
		t.Error("no session was created")
	}
	w.Anonymous().Begin(api.SignIn).Answer(api.Credentials{Username: " ADA ", Password: Password}).SignedIn()
}

// R14: if text is the method, the code is sent at once, and entering it signs in.
func TestSignInByText(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	before := len(w.Texts.To(number))
	walk := ada.SignIn().In("text-code")
	w.Deliver()
	if n := len(w.Texts.To(number)) - before; n != 1 {
		t.Fatalf("%d texts", n)
	}
	step := walk.View.Step.(api.EnterCode)
	if step.SentTo != account.MaskPhone(number) || step.ResendAt == nil || !step.ResendAt.Equal(Start.Add(2*time.Minute)) {
		t.Errorf("shows %+v", step)
	}
	end := walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).SignedIn()
	if end.Account.LastMethod != api.Text {
		t.Errorf("last method %q", end.Account.LastMethod)
	}
}

// R21, R22: a code of the app signs in once. The code that enrolled the app never does.
func TestSignInByApp(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	w.Clock.Advance(-otp.Period)
	ada.SignIn().In("app-code").Answer(api.Code{Code: w.AppCode(secret)}).Refused(api.CodeUsed)
	w.Clock.Advance(otp.Period)
	code := w.AppCode(secret)
	ada.SignIn().Answer(api.Code{Code: code[:3] + " " + code[3:]}).SignedIn()
	ada.SignIn().Answer(api.Code{Code: code}).Refused(api.CodeUsed)
}

// R23: the refusal has how far the clock is off, and an early code is burned.
func TestClockDrift(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	now := w.Clock.Now()
	w.Clock.Set(now.Add(5 * time.Minute))
	ahead := w.AppCode(secret)
	w.Clock.Set(now)
	walk := ada.SignIn()
	refusal := walk.Answer(api.Code{Code: ahead}).Refused(api.ClockDrift)
	if refusal.Drift == nil || *refusal.Drift != 300 {
		t.Errorf("drift %v", refusal.Drift)
	}
	w.Clock.Set(now.Add(5 * time.Minute))
	walk.Answer(api.Code{Code: ahead}).Refused(api.CodeUsed)
	w.Clock.Advance(2 * otp.Period)
	walk.Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
}

// R30: touching a security key signs in. Each challenge works once.
func TestSignInByKey(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	key := ada.EnrollKey("Blue")
	walk := ada.SignIn().In("security-key")
	options := walk.View.Step.(api.UseSecurityKey).Get
	if !key.Allowed(options) {
		t.Errorf("options %s don't ask for the key", options)
	}
	other := NewKey(t)
	walk.Answer(other.Get(options)).Refused(api.KeyUnknown)
	answer := key.Get(options) // for the previous challenge
	walk.Answer(answer).Refused(api.Denied)
	fresh := key.Get(walk.View.Step.(api.UseSecurityKey).Get)
	if end := walk.Answer(fresh).SignedIn(); end.Account.LastMethod != api.SecurityKey {
		t.Errorf("last method %q", end.Account.LastMethod)
	}
}

// A virtual key that was enrolled in a lab does not work when the same data are used without a lab.
func TestLabKeyOutsideTheLab(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	w.Lab = true
	w.Open()
	ada := w.SignUp("ada")
	walk := ada.Prelude(api.EnrollKey).In("touch-key")
	key := NewKey(t)
	key.AAGUID = webauthn.LabAAGUID
	walk.Answer(key.Create(walk.View.Step.(api.UseSecurityKey).Create)).In("name-key")
	walk.Answer(api.Label{Label: "Blue"}).In("finished")
	walk = ada.SignIn()
	walk.Answer(key.Get(walk.View.Step.(api.UseSecurityKey).Get)).SignedIn()

	w.Lab = false
	w.Open()
	walk = ada.SignIn()
	walk.Answer(key.Get(walk.View.Step.(api.UseSecurityKey).Get)).Refused(api.KeyFromLab)
}

// R34: a key whose counter does not increase is marked, and hardened refuses it.
func TestCopiedKey(t *testing.T) {
	t.Parallel()
	for _, policy := range []account.Policy{account.Classic(), account.Hardened()} {
		policy.UserVerification = account.VerificationDiscouraged // this key has no PIN
		w := New(t, Setup{Policy: policy})
		ada := w.SignUp("ada")
		key := ada.EnrollKey("Blue")
		walk := ada.SignIn()
		walk.Answer(key.Get(walk.View.Step.(api.UseSecurityKey).Get)).SignedIn()
		key.Count = 0
		walk = ada.SignIn()
		walk.Answer(key.Get(walk.View.Step.(api.UseSecurityKey).Get))
		if policy.RefuseCopiedKey {
			walk.Refused(api.KeyPossiblyCopied)
		} else {
			walk.SignedIn()
		}
		if keys := w.SecurityKeys("ada"); len(keys) != 1 || !keys[0].PossiblyCopied {
			t.Errorf("%s: keys %+v", policy.Name, keys)
		}
		w.Deliver()
		if mail := w.Mails.Last(ada.Address()); mail.Subject != "A security key may have been copied" {
			t.Errorf("%s: mail %+v", policy.Name, mail)
		}
	}
}

// R40, R41: the method used last comes first, the others are alternatives, and a backup
// code is never first.
func TestChooseMethod(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	backup := ada.EnrollText(number)
	secret, again := ada.EnrollApp()
	if backup == "" || again != "" {
		t.Fatalf("backup codes %q, %q", backup, again)
	}
	walk := ada.SignIn().In("app-code")
	if got := walk.View.Step.(api.EnterCode).Alternatives; len(got) != 2 || got[0] != api.Text || got[1] != api.BackupCode {
		t.Errorf("alternatives %v", got)
	}
	w.Deliver()
	texts := len(w.Texts.To(number))
	walk.Answer(api.ChooseMethod{Method: api.Text}).In("text-code")
	walk.Answer(api.ChooseMethod{Method: api.BackupCode}).In("backup-code")
	if step := walk.View.Step.(api.EnterBackupCode); step.Number != 1 {
		t.Errorf("asks for %+v", step)
	}
	walk.Answer(api.ChooseMethod{Method: api.Text}).In("text-code")
	w.Deliver()
	if n := len(w.Texts.To(number)) - texts; n != 1 {
		t.Errorf("%d texts for one visit within two minutes (R12)", n)
	}
	walk.Answer(api.ChooseMethod{Method: api.SecurityKey}).Refused(api.Malformed)
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).SignedIn()
	walk = ada.SignIn().In("text-code")
	walk.Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: backup}).SignedIn()
	walk = ada.SignIn().In("text-code") // R41
	walk.Answer(api.ChooseMethod{Method: api.App}).Answer(api.Code{Code: w.AppCode(secret)}).SignedIn()
	ada.SignIn().In("app-code")
}

// R11, R12: a code has five tries and ten minutes, and is sent again after two.
func TestTextCodeTerms(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	walk := ada.SignIn()
	w.Deliver()
	code := w.Texts.Last(number).Code()
	if early := walk.Answer(api.Resend{}).Refused(api.ResendTooEarly); early.RetryAt == nil || !early.RetryAt.Equal(Start.Add(2*time.Minute)) {
		t.Errorf("too early until %v", early.RetryAt)
	}
	w.Clock.Advance(2 * time.Minute)
	walk.Answer(api.Resend{}).In("text-code")
	w.Deliver()
	if again := w.Texts.Last(number).Code(); again != code {
		t.Errorf("sent %s, then %s", code, again)
	}
	w.Clock.Advance(8 * time.Minute) // ten since the first send: sending again does not extend its life
	walk.Answer(api.Code{Code: code}).Refused(api.CodeExpired)
	walk.Answer(api.Resend{}).In("text-code")
	w.Deliver()
	fresh := w.Texts.Last(number).Code()
	for left := 4; left >= 0; left-- {
		refusal := walk.Answer(api.Code{Code: OtherCode(fresh)}).Refused(api.WrongCode)
		if refusal.TriesLeft == nil || *refusal.TriesLeft != left {
			t.Errorf("tries left %v, want %d", refusal.TriesLeft, left)
		}
	}
	walk.Answer(api.Code{Code: fresh}).Refused(api.TooManyTries)
	w.Clock.Advance(2 * time.Minute)
	walk.Answer(api.Resend{}).In("text-code")
	w.Deliver()
	walk.Answer(api.Code{Code: OtherCode(w.Texts.Last(number).Code())}).Refused(api.WrongCode)
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).Refused(api.Throttled) // failures add up over codes
	w.Clock.Advance(time.Minute)
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).SignedIn()
}

// R72 to R74: codes work in order and once, and each refusal has its own reason.
func TestBackupCodes(t *testing.T) {
	t.Parallel()
	for _, policy := range []account.Policy{account.Classic(), account.Hardened()} {
		w := New(t, Setup{Policy: policy})
		ada := w.SignUp("ada")
		one := ada.EnrollText(number)
		two, three := w.IssueBackupCode("ada"), w.IssueBackupCode("ada")
		use := func(code string) *Walk {
			return ada.SignIn().Answer(api.ChooseMethod{Method: api.BackupCode}).Answer(api.Code{Code: code})
		}
		use(one).SignedIn()
		use(one).Refused(api.BackupCodeInactive)
		use("0000-0000-0000-0000").Refused(api.BackupCodeInactive)
		if malformed := use("rubbish").Refused(api.Malformed); malformed.Field != "code" {
			t.Errorf("names %q", malformed.Field)
		}
		walk := use(three)
		walk.Refused(api.BackupCodeOutOfOrder)
		if active := len(w.Account("ada").ActiveBackupCodes); policy.OutOfOrderVoids {
			if active != 0 || walk.View.State != "text-code" {
				t.Errorf("%d active, in %s", active, walk.View.State)
			}
			walk.Answer(api.ChooseMethod{Method: api.BackupCode}).In("backup-code").Noticed(api.BackupCodeInactive)
			for code, reason := range map[string]string{one: "used", two: "void", "0000-0000-0000-0000": "unknown"} {
				w.Clock.Advance(5 * time.Minute) // R43
				if r := walk.Answer(api.Code{Code: code}).Refused(api.BackupCodeInactive); r.Reason != reason || walk.View.State != "backup-code" || !strings.Contains(r.Detail, "generate a new code") {
					t.Errorf("%s: in %s, %+v", reason, walk.View.State, r)
				}
			}
			continue
		} else if active != 2 || walk.View.State != "backup-code" {
			t.Errorf("%d active, in %s", active, walk.View.State)
		}
		walk.Answer(api.Code{Code: two}).SignedIn()
		use(three).SignedIn()
	}
}

// R3: reauthenticate always asks for the password, and the session then counts as recently
// authenticated.
func TestReauthenticate(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.Reauthenticate).In("enter-password")
	if step := walk.View.Step.(api.EnterPassword); step.Username != "ada" {
		t.Errorf("asks %+v", step)
	}
	walk.Answer(api.Password{Password: "wrong"}).Refused(api.InvalidCredentials)
	w.Clock.Advance(w.Policy.ReauthenticateAfter)
	if _, fresh := w.Sessions.RecentlyAuthenticated(*ada.Caller().Session, w.Clock.Now()); fresh {
		t.Error("still recent after ten minutes")
	}
	walk.Answer(api.Password{Password: ada.Password}).In("finished").Gone()
	if _, fresh := w.Sessions.RecentlyAuthenticated(*ada.Caller().Session, w.Clock.Now()); !fresh {
		t.Error("not recent")
	}
}
