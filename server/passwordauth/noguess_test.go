package passwordauth_test

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R43: a secret that only the owner can know is never counted as a guess, even
// if it is no longer valid. Wrong secrets do not throttle it, over any
// protocol. A live temporary password works all the time.
func TestWhatOnlyTheOwnerKnowsIsNoGuess(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	ctx := t.Context()
	c := w.SignIn("bob")
	made := func(service string) api.NewTemporaryPassword {
		return servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(ctx, "Mail", service))
	}
	expired := made("")
	w.Clock.Advance(2 * time.Hour)
	w.ProvePassword(c)
	revoked, other, live := made(""), made("oauth"), made("")
	if err := c.RevokeTemporaryPassword(ctx, revoked.ID); err != nil {
		t.Fatal(err)
	}
	used := servertest.BobBackupCode
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
	v = w.Answer(w.Client, v, api.ChooseMethod{Method: api.BackupCode}, api.Code{Code: used})
	if _, ok := v.Step.(api.SignedIn); !ok {
		t.Fatalf("%+v", v.Refusal)
	}
	for _, tt := range []struct{ what, secret, code, reason string }{
		{"expired", expired.Password, api.TemporaryPasswordExpired, ""},
		{"revoked", revoked.Password, api.InvalidCredentials, "revoked"},
		{"for another service", other.Password, api.InvalidCredentials, "other_service"},
		{"a used backup code", used, api.BackupCodeNotAccepted, ""},
		{"the account password", servertest.Password, api.TemporaryPasswordRequired, ""},
	} {
		for range 130 {
			e := w.Basic("bob", tt.secret)
			servertest.WantUnauthorized(t, tt.what, e, tt.code)
			if p := e.Problem(t); p.Reason != tt.reason {
				t.Fatalf("%s: reason %q, want %q", tt.what, p.Reason, tt.reason)
			}
		}
	}
	for range 10 { // guesses
		w.Basic("bob", "wrong")
	}
	servertest.WantMe(t, "live, among wrong ones", w.Basic("bob", live.Password), "Bob")
	for what, secret := range map[string]string{"wrong": "wrong", "the account password": servertest.Password} {
		if e := w.Basic("bob", secret); e.Status != 429 {
			t.Errorf("%s: %d %s", what, e.Status, e.Body)
		}
	}
	servertest.WantUnauthorized(t, "expired, while throttled", w.Basic("bob", expired.Password), api.TemporaryPasswordExpired)
}

// The advice of a refusal can be followed: while two-factor is off, no temporary password can be
// made, and the account password is what works.
func TestAdviceWhileTwoFactorIsOff(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	expired := servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(t.Context(), "Mail", ""))
	w.Clock.Advance(2 * time.Hour)
	w.ProvePassword(c)
	revoked := servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(t.Context(), "Mail", ""))
	if err := c.RevokeTemporaryPassword(t.Context(), revoked.ID); err != nil {
		t.Fatal(err)
	}
	secrets := []string{expired.Password, revoked.Password, servertest.BobBackupCode}
	wants := func(when, advice string) {
		t.Helper()
		for _, secret := range secrets {
			if p := w.Basic("bob", secret).Problem(t); !strings.Contains(p.Detail, advice) {
				t.Errorf("%s, %s %s: %s", when, p.Code, p.Reason, p.Detail)
			}
		}
	}
	wants("on", "under Two-factor authentication")
	v := servertest.Must[api.View](t)(c.Begin(t.Context(), api.Begin{Kind: api.TurnOff, Method: api.Text}))
	v = w.Answer(c, v, api.ConfirmInput{})
	if _, ok := v.Step.(api.Finished); !ok {
		t.Fatalf("%T, %+v", v.Step, v.Refusal)
	}
	wants("off", "signs in with the account password")
	servertest.WantMe(t, "the account password", w.Basic("bob", servertest.Password), "Bob")
}

// R83: the services are the existing protocols, and the refusal lists them.
func TestServicesAreAClosedList(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("cyd")
	for _, service := range []string{"smtp", "HTTP-Basic", "imap", " oauth", "*", "http-basic,oauth"} {
		_, err := c.NewTemporaryPassword(t.Context(), "Mail", service)
		p := servertest.WantProblem(t, service, err, 400, api.Malformed)
		if p.Field != "service" || p.Reason != api.ReasonUnknown {
			t.Errorf("%q: %+v", service, p)
		}
		for _, name := range api.Services() {
			if !strings.Contains(p.Detail, name) {
				t.Errorf("%q: the refusal does not list %s: %s", service, name, p.Detail)
			}
		}
	}
	for _, service := range append(api.Services(), "") {
		if _, err := c.NewTemporaryPassword(t.Context(), "Mail", service); err != nil {
			t.Errorf("%q: %v", service, err)
		}
	}
}
