package enroll_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	. "nightlatch/server/ceremony/ceremonytest"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

func codesOf(list []api.Consequence) (codes []string) {
	for _, c := range list {
		codes = append(codes, c.Code)
	}
	return codes
}

// R60, R61: the consequences are shown before the confirmation. They match the
// account's state, and they take effect.
func TestTurnOff(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	ada.EnrollKey("Blue")
	ada.EnrollKey("Red")
	password := w.TemporaryPassword("ada")
	walk := ada.TurnOff(api.SecurityKey).In("confirm")
	shown := walk.View.Step.(api.Confirm)
	if want := []string{api.MethodOff, api.SecurityKeysDeleted}; shown.Method != api.SecurityKey || !slices.Equal(codesOf(shown.Consequences), want) || shown.Consequences[1].Count != 2 {
		t.Errorf("shows %+v", shown)
	}
	walk.Answer(api.ConfirmInput{}).In("finished")
	if e := w.Enrolled("ada"); e.Keys != 0 || !e.Text {
		t.Errorf("enrolled %+v", e)
	}
	w.Deliver()
	if mail := w.Mails.Last(ada.Address()); mail.Subject != "A way to sign in was turned off" || !strings.Contains(mail.Body, "key") {
		t.Errorf("notice %+v", mail)
	}
	walk = ada.TurnOff(api.Text).In("confirm")
	shown = walk.View.Step.(api.Confirm)
	if want := []string{api.MethodOff, api.TwoFactorOff, api.BackupCodesVoid, api.TemporaryPasswordsVoid}; !slices.Equal(codesOf(shown.Consequences), want) {
		t.Errorf("shows %+v", shown)
	}
	walk.Answer(api.ConfirmInput{}).In("finished")
	if a := w.Account("ada"); a.TextOn || len(a.ActiveBackupCodes) != 0 || !a.TwoFactorSince.IsZero() || a.Phone != number {
		t.Errorf("account %+v", a)
	}
	if outcome := w.FindTemporaryPassword("ada", password); outcome != temppassword.Revoked {
		t.Errorf("the temporary password is %s", outcome)
	}
	w.Deliver()
	if mail := w.Mails.Last(ada.Address()); mail.Subject != "Two-factor authentication is off" {
		t.Errorf("notice %+v", mail)
	}
	ada.SignIn().SignedIn()
	for _, m := range []api.Method{api.Text, api.App, api.SecurityKey, api.LoginRequest} {
		if code := ada.Rejected(api.Begin{Kind: api.TurnOff, Method: m}); code != api.Conflict {
			t.Errorf("%s: %s", m, code)
		}
	}
	for _, m := range []api.Method{"", api.BackupCode, "nonsense"} {
		if code := ada.Rejected(api.Begin{Kind: api.TurnOff, Method: m}); code != api.Malformed {
			t.Errorf("%q: %s", m, code)
		}
	}
	// The number is still confirmed, so turning text on again asks only for the code.
	again := ada.Prelude(api.EnrollText).In("text-code")
	w.Deliver()
	if again.Answer(api.Code{Code: w.Texts.Last(number).Code()}).Save() == "" {
		t.Error("no backup code with two-factor on again")
	}
}

// R61: if there are more consequences than were shown, they are shown again first.
func TestTurnOffShowsNewConsequencesFirst(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	ada.EnrollApp()
	walk := ada.TurnOff(api.App).In("confirm")
	w.Update(func(tx store.Tx) error { // text is turned off in another way meanwhile
		a, err := account.ByLogin(tx, "ada")
		if err != nil {
			return err
		}
		a.TextOn = false
		return account.Save(tx, a)
	})
	walk.Answer(api.ConfirmInput{}).Refused(api.Conflict)
	if shown := walk.View.Step.(api.Confirm); !slices.Contains(codesOf(shown.Consequences), api.TwoFactorOff) {
		t.Errorf("shows %+v", shown)
	}
	walk.Answer(api.ConfirmInput{}).In("finished")
}

// R6: the password must have been proved recently when the user confirms, not only when
// the ceremony began.
func TestTurnOffAsksAgain(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollApp()
	walk := ada.TurnOff(api.App).In("confirm")
	w.Clock.Advance(w.Policy.ReauthenticateAfter)
	walk.Answer(api.ConfirmInput{}).In("enter-password")
	if !w.Enrolled("ada").App {
		t.Error("off without a proof")
	}
	walk.Answer(api.Password{Password: Password}).In("confirm").Answer(api.ConfirmInput{}).In("finished")
}

// R6: a password change asks for the present password and ends all other sessions and
// temporary passwords.
func TestChangePassword(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	password := w.TemporaryPassword("ada")
	phone := w.Anonymous()
	walk := ada.SignIn()
	w.Deliver()
	phone.Token = walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).SignedIn().SessionToken
	change := ada.Begin(api.ChangePassword).In("enter-password") // even if it was proved recently
	change.Answer(api.Password{Password: Password}).In("choose-password")
	for bad, code := range map[string]string{
		"short": api.PasswordRefused, "password": api.PasswordRefused, "ada-ada-ada": api.PasswordRefused,
		"": api.Malformed, "with\x07a bell in it": api.Malformed,
	} {
		if r := change.Answer(api.Password{Password: bad}).Refused(code); r.Field != "password" {
			t.Errorf("%q: names %q", bad, r.Field)
		}
	}
	if r := change.Answer(api.Password{Password: Password}).Refused(api.Conflict); r.Reason != "same_password" || r.Field != "password" {
		t.Errorf("the same password: %+v", r)
	}
	change.Answer(api.Password{Password: "another fine password"}).In("finished")
	if phone.Caller().Session != nil {
		t.Error("the other session is still live")
	}
	if ada.Caller().Session == nil {
		t.Error("this session ended")
	}
	if outcome := w.FindTemporaryPassword("ada", password); outcome != temppassword.Revoked {
		t.Errorf("the temporary password is %s", outcome)
	}
	ada.SignIn().Refused(api.InvalidCredentials)
	ada.Password = "another fine password"
	ada.SignIn().In("text-code")
	w.Deliver()
	if mail := w.Mails.Last(ada.Address()); mail.Subject != "Your password was changed" {
		t.Errorf("notice %+v", mail)
	}
	if events := w.Audit("ada"); !slices.ContainsFunc(events, func(r audit.Record) bool { return r.Type == api.EventSessionsEnded }) {
		t.Error("the audit has no event for the ended sessions")
	}
}

// Two windows change the password at once: the second one proved a password that no longer
// exists.
func TestChangePasswordTwice(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.ChangePassword).Answer(api.Password{Password: Password})
	w.SetPassword("ada", "set by the operator")
	walk.Answer(api.Password{Password: "another fine password"}).Refused(api.InvalidCredentials)
	if walk.View.State != "enter-password" {
		t.Errorf("in %s", walk.View.State)
	}
	walk.Answer(api.Password{Password: Password}).Refused(api.InvalidCredentials)
	walk.Answer(api.Password{Password: "set by the operator"}).In("choose-password")
	w.Clock.Advance(w.Policy.CeremonyProof)
	walk.Answer(api.Password{Password: "another fine password"}).In("enter-password") // R6
	walk.Answer(api.Password{Password: "set by the operator"}).In("finished")
	ada.Password = "another fine password"
	ada.SignIn().SignedIn()
}

// R4, R6: the new address is confirmed before it is used, and the old one gets a notice.
func TestChangeEmail(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.ChangeEmail).In("enter-email")
	walk.Answer(api.Email{Address: "one@example.org"}).In("email-code")
	w.Deliver()
	walk.Answer(api.Code{Code: w.Mails.Last("one@example.org").Code()}).In("finished")
	walk = ada.Begin(api.ChangeEmail)
	if step := walk.View.Step.(api.EnterEmail); step.Address != "one@example.org" {
		t.Errorf("shows %+v", step)
	}
	walk.Answer(api.Email{Address: "one@example.org"}).Refused(api.Conflict)
	walk.Answer(api.Email{Address: "two@example.org"}).In("email-code")
	if a := w.Account("ada"); a.Email != "one@example.org" {
		t.Errorf("changed to %s before it was confirmed", a.Email)
	}
	w.Deliver()
	walk.Answer(api.Code{Code: w.Mails.Last("two@example.org").Code()}).In("finished")
	w.Deliver()
	for _, to := range []string{"one@example.org", "two@example.org"} {
		if mail := w.Mails.Last(to); mail.Subject != "Your email address was changed" || strings.Contains(mail.Body, "two@") {
			t.Errorf("to %s: %+v", to, mail)
		}
	}
}

// R16: the old number works until the new one is confirmed, and gets a notice.
func TestChangePhone(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText(number)
	for kind, first := range map[api.Kind]api.State{api.ChangePhone: "enter-phone", api.EnrollText: "overview"} {
		from, to := w.Account("ada").Phone, other
		if from == other {
			to = number
		}
		walk := ada.Begin(kind).In(first)
		if kind == api.EnrollText {
			if step := walk.View.Step.(api.Overview); !step.Replaces {
				t.Errorf("overview %+v", step)
			}
			walk.Answer(api.Continue{})
		}
		walk.Answer(api.Phone{Number: from}).Refused(api.Conflict)
		walk.Answer(api.Phone{Number: to}).In("text-code")
		if w.Account("ada").Phone != from {
			t.Error("changed before it was confirmed")
		}
		signIn := ada.SignIn()
		w.Deliver()
		signIn.Answer(api.Code{Code: w.Texts.Last(from).Code()}).SignedIn()
		walk.Answer(api.Code{Code: w.Texts.Last(to).Code()}).In("finished")
		w.Deliver()
		if text := w.Texts.Last(from); !strings.Contains(text.Body, "no longer") {
			t.Errorf("to the old number: %q", text.Body)
		}
		if mail := w.Mails.Last(ada.Address()); mail.Subject != "Your phone number was changed" || strings.Contains(mail.Body, to) {
			t.Errorf("notice %+v", mail)
		}
		if a := w.Account("ada"); a.Phone != to || !a.TextOn {
			t.Errorf("account %+v", a)
		}
		w.Clock.Advance(time.Second)
	}
}

// R6: a ceremony that was left open asks for the password again before anything is sent to
// another number or address.
func TestChangeAsksAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind        api.Kind
		first, then api.State
		to          api.Input
	}{
		{api.ChangePhone, "enter-phone", "text-code", api.Phone{Number: other}},
		{api.EnrollText, "enter-phone", "text-code", api.Phone{Number: other}},
		{api.ChangeEmail, "enter-email", "email-code", api.Email{Address: "other@example.org"}},
	} {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		ada.EnrollText(number)
		walk := ada.Begin(c.kind)
		if c.kind == api.EnrollText {
			walk.Answer(api.Continue{})
		}
		walk.In(c.first)
		w.Clock.Advance(w.Policy.ReauthenticateAfter)
		walk.Answer(c.to).In("enter-password")
		w.Deliver()
		if len(w.Texts.To(other))+len(w.Mails.To("other@example.org")) > 0 {
			t.Errorf("%s: something was sent", c.kind)
		}
		walk.Answer(api.Password{Password: Password}).In(c.first)
		w.Clock.Advance(w.Policy.CeremonyProof - time.Second) // R3
		walk.Answer(c.to).In(c.then)
		w.Clock.Advance(time.Second)
		walk.Answer(c.to).In("enter-password") // also for a corrected number or address
	}
}

// R6: codes are valid longer than the proof of the password. If a right code is entered
// after the proof has expired, only the password is asked for again.
func TestChangeWaitsForThePassword(t *testing.T) {
	t.Parallel()
	for _, kind := range []api.Kind{api.ChangePhone, api.EnrollText, api.ChangeEmail} {
		w := New(t, Setup{})
		ada := w.SignUp("ada")
		ada.EnrollText(number)
		before := w.Account("ada")
		walk := ada.Begin(kind)
		if kind == api.EnrollText {
			walk.Answer(api.Continue{})
		}
		w.Clock.Advance(w.Policy.ReauthenticateAfter - time.Minute)
		var code api.Input
		if kind == api.ChangeEmail {
			walk.Answer(api.Email{Address: "other@example.org"})
			w.Deliver()
			code = api.Code{Code: w.Mails.Last("other@example.org").Code()}
		} else {
			walk.Answer(api.Phone{Number: other})
			w.Deliver()
			code = api.Code{Code: w.Texts.Last(other).Code()}
		}
		w.Clock.Advance(2 * time.Minute)
		walk.Answer(code).In("enter-password")
		if a := w.Account("ada"); a.Phone != before.Phone || a.Email != before.Email {
			t.Errorf("%s: changed to %s, %s without the password", kind, a.Phone, a.Email)
		}
		walk.Answer(api.Password{Password: "wrong, too"}).Refused(api.InvalidCredentials)
		walk.Answer(api.Password{Password: Password}).In("finished")
		if a := w.Account("ada"); (a.Phone == before.Phone) == (a.Email == before.Email) {
			t.Errorf("%s: %s, %s", kind, a.Phone, a.Email)
		}
		w.Deliver()
		if mail := w.Mails.Last(before.Email); !strings.HasSuffix(mail.Subject, "was changed") {
			t.Errorf("%s: notice %+v", kind, mail)
		}
	}
}

// A number can be added without turning text on.
func TestChangePhoneOnly(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	walk := ada.Begin(api.ChangePhone).Answer(api.Phone{Number: number})
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.Last(number).Code()}).In("finished")
	if a := w.Account("ada"); a.Phone != number || !a.PhoneVerified || a.TextOn || w.Enrolled("ada").TwoFactor() {
		t.Errorf("account %+v", a)
	}
}

// R4: an address whose mail was kept on this computer counts only until a mail server is
// set up. If that happens while a new number is confirmed, the number is still replaced.
func TestReplaceNumberWhenMailServerIsSetUp(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} { // the password is due once more
		w := New(t, Setup{KeepMail: true})
		ada := w.SignUp("ada")
		ada.EnrollText(number)
		w.Connect(false, true)
		w.Update(func(tx store.Tx) error {
			a, err := account.ByLogin(tx, "ada")
			if err != nil {
				return err
			}
			a.EmailConfirmed, a.EmailKept = false, true
			return account.Save(tx, a)
		})
		walk := ada.Begin(api.EnrollText).Answer(api.Continue{})
		if late {
			w.Clock.Advance(w.Policy.ReauthenticateAfter - time.Minute)
		}
		walk.Answer(api.Phone{Number: other}).In("text-code")
		w.Deliver()
		w.Connect(true, true)
		if late {
			w.Clock.Advance(2 * time.Minute)
		}
		walk.Answer(api.Code{Code: w.Texts.Last(other).Code()})
		if late {
			walk.In("enter-password").Answer(api.Password{Password: Password})
		}
		walk.In("finished")
		if a := w.Account("ada"); a.Phone != other || !a.TextOn {
			t.Errorf("late %v: account %+v", late, a)
		}
	}
}
