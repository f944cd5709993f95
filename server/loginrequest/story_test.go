package loginrequest_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/otp"
	"nightlatch/server/servertest"
)

// cohort is the moment from which the classic policy no longer asks on the phone (R50).
var cohort = time.Date(2016, time.March, 21, 0, 0, 0, 0, time.UTC)

// hardened is an option with the hardened policy.
func hardened(cfg *server.Config) { cfg.Policy = account.Hardened() }

// phoneOf signs in on a phone and registers it.
func phoneOf(t *testing.T, w *servertest.World, username string) (*client.Client, api.MadePhoneApp) {
	t.Helper()
	c := w.SignIn(username).WithAgent("Phone")
	return c, servertest.Must[api.MadePhoneApp](t)(c.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "Bob's phone"}))
}

// askedAt makes a world in which dot turned text messages on at a time, with a phone, and
// returns the phone.
func askedAt(t *testing.T, since time.Time, options ...servertest.Option) (*servertest.World, *client.Client) {
	t.Helper()
	w := servertest.New(t, options...)
	w.Clock.Set(since)
	w.EnableMethod("dot", api.App)
	phone := w.SignIn("dot")
	servertest.Must[api.MadePhoneApp](t)(phone.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "Dot's phone"}))
	w.Clock.Set(servertest.Start)
	return w, phone
}

// waiting begins a sign-in of dot that waits for an approval.
func waiting(t *testing.T, w *servertest.World) (api.View, api.AwaitApproval) {
	t.Helper()
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "dot", Password: servertest.Password})
	step, ok := v.Step.(api.AwaitApproval)
	if !ok {
		t.Fatalf("step %T, refusal %+v; want await-approval", v.Step, v.Refusal)
	}
	return v, step
}

func open(t *testing.T, phone *client.Client) api.LoginRequestView {
	t.Helper()
	all := servertest.Must[[]api.LoginRequestView](t)(phone.LoginRequests(t.Context()))
	if len(all) == 0 || all[0].State != api.RequestOpen {
		t.Fatalf("no open request: %+v", all)
	}
	return all[0]
}

func TestApprovalR50(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort.Add(-time.Second))
	v, step := waiting(t, w)
	if step.State != api.RequestOpen || step.Number != 0 || step.SentTo != "Dot's phone" {
		t.Errorf("step %+v", step)
	}
	r := open(t, phone)
	if got := servertest.Must[api.LoginRequestView](t)(phone.Decide(t.Context(), r.ID, api.Decision{Decision: api.Approve})); got.State != api.RequestApproved {
		t.Errorf("decided: %+v", got)
	}
	var token string
	for range 2 { // the answer to a GET may be lost
		done, ok := servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID)).Step.(api.SignedIn)
		if !ok || token != "" && done.SessionToken != token {
			t.Fatalf("after the approval: %+v", done)
		}
		token = done.SessionToken
	}
	me := servertest.Must[api.Account](t)(w.Client.WithToken(token).Account(t.Context()))
	if me.LastMethod != api.LoginRequest || !me.Methods.LoginRequest {
		t.Errorf("account %+v", me)
	}
	w.Clock.Advance(3 * time.Minute)
	if _, err := w.Client.Ceremony(t.Context(), v.ID); !is(err, api.NotFound) {
		t.Errorf("later: %v", err)
	}
	_, err := phone.Decide(t.Context(), r.ID, api.Decision{Decision: api.Deny})
	if !is(err, api.Conflict) {
		t.Errorf("answered twice: %v", err)
	}
}

// One second later, an account is asked for its app instead.
func TestCohortR50(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort)
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "dot", Password: servertest.Password})
	if step, ok := v.Step.(api.EnterCode); !ok || step.Channel != api.ByApp {
		t.Errorf("step %+v", v.Step)
	}
	if all := servertest.Must[[]api.LoginRequestView](t)(phone.LoginRequests(t.Context())); len(all) > 0 {
		t.Errorf("requests %+v", all)
	}
}

func TestNumberMatchingR50(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, servertest.Start.Add(-time.Hour), hardened)
	v, step := waiting(t, w)
	r := open(t, phone)
	if len(r.Numbers) != 3 || step.Number < 10 || step.Number > 99 {
		t.Fatalf("numbers %v, page %d", r.Numbers, step.Number)
	}
	elsewhere := w.Client.WithToken(w.SignInAs(w.Client, "ada", servertest.Password).Token())
	if _, err := elsewhere.Decide(t.Context(), r.ID, api.Decision{Decision: api.Deny}); !is(err, api.NotFound) {
		t.Errorf("another account: %v", err)
	}
	wrong := 0
	for _, n := range r.Numbers {
		if n != step.Number {
			wrong = n
		}
	}
	got := servertest.Must[api.LoginRequestView](t)(phone.Decide(t.Context(), r.ID, api.Decision{Decision: api.Approve, Number: wrong}))
	if got.State != api.RequestDenied || !got.Reported {
		t.Errorf("wrong number: %+v", got)
	}
	v = servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID))
	if v.Refusal == nil || v.Refusal.Code != api.Denied {
		t.Errorf("refusal %+v", v.Refusal)
	}
	v = w.Answer(w.Client, v, api.Resend{})
	again := v.Step.(api.AwaitApproval)
	r = open(t, phone)
	servertest.Must[api.LoginRequestView](t)(phone.Decide(t.Context(), r.ID, api.Decision{Decision: api.Approve, Number: again.Number}))
	if v = servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID)); v.Step.StepType() != "signed-in" {
		t.Errorf("after the right number: %+v", v)
	}
}

func TestTenMinutesR52(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort.Add(-time.Hour))
	v, _ := waiting(t, w)
	r := open(t, phone)
	w.Clock.Advance(10*time.Minute - time.Second)
	if s := servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID)).Step.(api.AwaitApproval); s.State != api.RequestOpen {
		t.Errorf("at 9:59: %+v", s)
	}
	w.Clock.Advance(time.Second)
	if _, err := phone.Decide(t.Context(), r.ID, api.Decision{Decision: api.Approve}); !is(err, api.ApprovalExpired) {
		t.Errorf("at 10:00: %v", err)
	}
	for range 2 {
		v = servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID))
		if v.Refusal == nil || v.Refusal.Code != api.ApprovalExpired || v.Step.(api.AwaitApproval).State != api.RequestExpired {
			t.Errorf("at 10:00 the page: %+v, refusal %+v", v.Step, v.Refusal)
		}
	}
	w.Answer(w.Client, v, api.Resend{})
	r = open(t, phone)
	w.Clock.Advance(10*time.Minute - time.Second)
	servertest.Must[api.LoginRequestView](t)(phone.Decide(t.Context(), r.ID, api.Decision{Decision: api.Approve}))
}

// A fourth sign-in is not asked on the phone, and says so.
func TestThreeOpenR52(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort.Add(-time.Hour))
	first, _ := waiting(t, w)
	waiting(t, w)
	waiting(t, w)
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "dot", Password: servertest.Password})
	if step, ok := v.Step.(api.EnterCode); !ok || step.Channel != api.ByApp || v.Notice == nil || v.Notice.Rule != "R52" {
		t.Errorf("the fourth: %+v, notice %+v", v.Step, v.Notice)
	}
	if err := w.Client.Cancel(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	withdrawn := 0
	for _, r := range servertest.Must[[]api.LoginRequestView](t)(phone.LoginRequests(t.Context())) {
		if r.State == api.RequestWithdrawn {
			withdrawn++
		}
	}
	if withdrawn != 1 {
		t.Errorf("%d withdrawn, want 1", withdrawn)
	}
	waiting(t, w)
}

// Approving is done on a phone, denying in any session (R51). A text goes out instead (R53).
func TestOtherSessionsAndTextR51R53(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort.Add(-time.Hour))
	r, console := open2(t, w, phone)
	if _, err := console.Decide(t.Context(), r.ID, api.Decision{Decision: api.Approve}); !is(err, api.PhoneAppRequired) {
		t.Errorf("approved in a console: %v", err)
	}
	servertest.Must[api.LoginRequestView](t)(console.Decide(t.Context(), r.ID, api.Decision{Decision: api.Deny, Report: true}))
	w.DeliverAll()
	if s := strings.Join(w.MailSubjects("dot@example.org"), "\n"); !strings.Contains(s, "denied and reported") {
		t.Errorf("mails %s", s)
	}
	v, step := waiting(t, w)
	if !step.TextInstead {
		t.Fatalf("step %+v", step)
	}
	v = w.Answer(w.Client, v, api.TextInstead{})
	if s, ok := v.Step.(api.EnterCode); !ok || s.Channel != api.ByText {
		t.Fatalf("step %+v", v.Step)
	}
	v = w.Answer(w.Client, v, api.Code{Code: w.TextCode("+12025550144")})
	if v.Step.StepType() != "signed-in" {
		t.Errorf("after the text: %+v", v)
	}
}

// open2 returns an open request and the session of a console of dot.
func open2(t *testing.T, w *servertest.World, phone *client.Client) (api.LoginRequestView, *client.Client) {
	t.Helper()
	v, _ := waiting(t, w)
	servertest.Must[api.LoginRequestView](t)(phone.Decide(t.Context(), open(t, phone).ID, api.Decision{Decision: api.Approve}))
	done := servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID)).Step.(api.SignedIn)
	waiting(t, w)
	return open(t, phone), w.Client.WithToken(done.SessionToken)
}

// A login code is taken where a texted code is asked for, and where an approval is awaited
// (R90). The app key comes with two-factor (R91).
func TestLoginCodeR90R91(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	phone, made := phoneOf(t, w, "bob")
	if len(made.Secret) != 32 {
		t.Fatalf("secret of %d symbols", len(made.Secret))
	}
	w.Clock.Advance(time.Minute)
	code := servertest.Must[string](t)(otp.Code(made.Secret, w.Clock.Now()))
	signIn := func() api.View {
		v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
		return w.Answer(w.Client, v, api.Code{Code: code})
	}
	if v := signIn(); v.Step.StepType() != "signed-in" {
		t.Fatalf("with a login code: %+v", v)
	}
	if v := signIn(); v.Refusal == nil || v.Refusal.Code != api.CodeUsed {
		t.Errorf("used again: %+v", v.Refusal)
	}
	again := servertest.Must[api.AppKey](t)(phone.NewAppKey(t.Context(), made.ID))
	w.Clock.Advance(time.Minute)
	code = servertest.Must[string](t)(otp.Code(made.Secret, w.Clock.Now()))
	if v := signIn(); v.Refusal == nil {
		t.Error("the old key's code was taken")
	}
	code = servertest.Must[string](t)(otp.Code(again.Secret, w.Clock.Now()))
	if v := signIn(); v.Step.StepType() != "signed-in" {
		t.Errorf("with the new key: %+v", v.Refusal)
	}
	ada, none := phoneOf(t, w, "ada")
	if none.Secret != "" {
		t.Error("a key without two-factor")
	}
	if _, err := ada.NewAppKey(t.Context(), none.ID); !is(err, api.TwoFactorRequired) {
		t.Errorf("a key without two-factor: %v", err)
	}
}

// A phone that shows login codes keeps text usable although no text can be sent: the codes are
// taken in its place (R90). The list of other methods says so.
func TestLoginCodeKeepsTextUsableR90(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	w.EnableMethod("bob", api.App)
	w.EnableMethod("bob", api.Text)
	stop := `{"to":"40404","body":"STOP"}`
	if e := w.Do("POST", "/lab/v1/phones/"+servertest.BobPhone+"/messages", stop, "Content-Type", "application/json"); e.Status != 201 {
		t.Fatalf("STOP: %d %s", e.Status, e.Body)
	}
	usable := func() bool {
		v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
		if code, ok := v.Step.(api.EnterCode); !ok || code.Channel != api.ByApp {
			v = w.Answer(w.Client, v, api.ChooseMethod{Method: api.App})
		}
		return slices.Contains(api.Usable(v.Step), api.Text)
	}
	if usable() {
		t.Error("text is usable after STOP")
	}
	phoneOf(t, w, "bob")
	if !usable() {
		t.Error("text is not usable, although the phone shows login codes")
	}
}

// A phone's session does not age (R44). It ends with its registration.
func TestPhoneSessionR44(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, hardened)
	phone, made := phoneOf(t, w, "bob")
	w.Clock.Advance(400 * 24 * time.Hour)
	apps := servertest.Must[[]api.PhoneApp](t)(phone.PhoneApps(t.Context()))
	if len(apps) != 1 || !apps[0].Current || !apps[0].HasKey {
		t.Fatalf("apps %+v", apps)
	}
	if err := phone.RemovePhoneApp(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := phone.PhoneApps(t.Context()); !is(err, api.SignInRequired) {
		t.Errorf("after it: %v", err)
	}
}

func is(err error, code string) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Code == code
}

// A phone that was restored without its key signs in with a temporary password, once (R93).
func TestRestoredPhoneR93(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	console := w.SignIn("bob")
	made := servertest.Must[api.NewTemporaryPassword](t)(console.NewTemporaryPassword(t.Context(), "Phone", ""))
	signIn := func(client string) api.View {
		v := servertest.Must[api.View](t)(w.Client.Begin(t.Context(), api.Begin{Kind: api.SignIn, Client: client}))
		return w.Answer(w.Client, v, api.Credentials{Username: "bob", Password: made.Password})
	}
	if v := signIn(""); v.Refusal == nil || v.Refusal.Reason != "temporary_password" {
		t.Errorf("not a phone: %+v", v.Refusal)
	}
	v := signIn(api.PhoneClient)
	done, ok := v.Step.(api.SignedIn)
	if !ok {
		t.Fatalf("a phone: %+v", v.Refusal)
	}
	phone := w.Client.WithToken(done.SessionToken)
	if app := servertest.Must[api.MadePhoneApp](t)(phone.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "New"})); app.Secret == "" {
		t.Error("no app key")
	}
	if v := signIn(api.PhoneClient); v.Refusal == nil || v.Refusal.Reason != "temporary_password_over" {
		t.Errorf("used twice: %+v", v.Refusal)
	}
	if _, err := phone.NewBackupCode(t.Context()); !is(err, api.ReauthenticationRequired) {
		t.Errorf("the password counts as entered: %v", err)
	}
	w.DeliverAll()
	if s := strings.Join(w.MailSubjects("bob@example.org"), "\n"); !strings.Contains(s, "signed in with a temporary password") {
		t.Errorf("mails %s", s)
	}
}

// Signing out on the phone that turned the method on turns it off (R54).
func TestSignOutOnThePhoneR54(t *testing.T) {
	t.Parallel()
	for _, policy := range []account.Policy{account.Classic(), account.Hardened()} {
		w := servertest.New(t, func(cfg *server.Config) { cfg.Policy = policy })
		phone := w.SignIn("dot")
		made := servertest.Must[api.MadePhoneApp](t)(phone.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "Phone"}))
		v := w.Begin(phone, api.EnrollApp)
		for v.Step.StepType() != "scan-qr" {
			switch v.Step.(type) {
			case api.Overview:
				v = w.Answer(phone, v, api.Continue{})
			case api.EnterEmail:
				v = w.Answer(phone, v, api.Email{Address: "dot@example.org"})
			case api.EnterCode:
				v = w.Answer(phone, v, api.Code{Code: mailedCode(w)})
			default:
				t.Fatalf("step %T", v.Step)
			}
		}
		secret := v.Step.(api.ScanQR).Secret
		v = w.Answer(phone, v, api.Continue{})
		v = w.Answer(phone, v, api.Code{Code: servertest.Must[string](t)(otp.Code(secret, w.Clock.Now()))})
		w.Answer(phone, v, api.Continue{})
		apps := servertest.Must[[]api.PhoneApp](t)(phone.PhoneApps(t.Context()))
		err := phone.SignOut(t.Context())
		if policy.Name == api.PolicyHardened {
			if !is(err, api.Conflict) || len(apps[0].SignOut) != 0 {
				t.Errorf("hardened: %v, %+v", err, apps)
			}
			continue
		}
		if err != nil || len(apps[0].SignOut) < 2 || apps[0].ID != made.ID {
			t.Errorf("classic: %v, %+v", err, apps)
		}
		if !w.Account("dot").TwoFactorSince.IsZero() {
			t.Error("two-factor is still on")
		}
		if v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "dot", Password: servertest.Password}); v.Step.StepType() != "signed-in" {
			t.Errorf("the password alone: %+v", v.Step)
		}
	}
}

// mailedCode returns the six digits of dot's last mail.
func mailedCode(w *servertest.World) string {
	w.DeliverAll()
	return regexp.MustCompile(`\b\d{6}\b`).FindString(w.LastMail("dot@example.org"))
}
