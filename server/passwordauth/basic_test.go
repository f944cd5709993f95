package passwordauth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R75, R80, R81, R85: the decision table of package passwordauth, with HTTP Basic.
func TestBasicDecisions(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithoutTexts)
	made := w.NewTemporaryPassword("cyd", "")
	servertest.WantMe(t, "two-factor off, account password", w.Basic("ada", servertest.Password), "ada")
	servertest.WantMe(t, "the name in other letters", w.Basic(" ADA ", servertest.Password), "ada")
	servertest.WantUnauthorized(t, "two-factor off, wrong password", w.Basic("ada", "wrong"), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "R80: account password", w.Basic("cyd", servertest.Password), api.TemporaryPasswordRequired)
	servertest.WantMe(t, "R80: temporary password", w.Basic("cyd", made.Password), "cyd")
	servertest.WantMe(t, "R81: many times, typed in capitals", w.Basic("cyd", strings.ToUpper(made.Password)), "cyd")
	servertest.WantUnauthorized(t, "a temporary password of another account", w.Basic("ada", made.Password), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "R75: backup code", w.Basic("bob", servertest.BobBackupCode), api.BackupCodeNotAccepted)
	servertest.WantUnauthorized(t, "a code that was never issued", w.Basic("bob", "9kmq-2xwd-9hfz-3r8n"), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "wrong password", w.Basic("cyd", "wrong"), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "nobody", w.Basic("nobody", servertest.Password), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "nothing", w.Do("GET", "/api/v1/me", ""), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "no Basic at all", w.Do("GET", "/api/v1/me", "", "Authorization", "Basic ???"), api.InvalidCredentials)

	w.Clock.Set(made.Expires.Add(-time.Second))
	servertest.WantMe(t, "R81: at 59:59", w.Basic("cyd", made.Password), "cyd")
	w.Clock.Advance(time.Second)
	servertest.WantUnauthorized(t, "R85: at 60:00", w.Basic("cyd", made.Password), api.TemporaryPasswordExpired)
}

// R83: a temporary password can be limited to a service, and be revoked.
func TestTemporaryPasswordServiceAndRevocation(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	oauth, basic := w.NewTemporaryPassword("cyd", "oauth"), w.NewTemporaryPassword("cyd", "http-basic")
	e := w.Basic("cyd", oauth.Password)
	servertest.WantUnauthorized(t, "one for oauth", e, api.InvalidCredentials)
	if p := e.Problem(t); p.Reason != "other_service" {
		t.Errorf("one for another service: %+v", p)
	}
	servertest.WantMe(t, "one for http-basic", w.Basic("cyd", basic.Password), "cyd")
	if err := w.SignIn("cyd").RevokeTemporaryPassword(t.Context(), basic.ID); err != nil {
		t.Fatal(err)
	}
	e = w.Basic("cyd", basic.Password)
	servertest.WantUnauthorized(t, "a revoked one", e, api.InvalidCredentials)
	if p := e.Problem(t); p.Reason != "revoked" {
		t.Errorf("a revoked one: %+v", p)
	}
}

// R61: when two-factor is turned off, temporary passwords are void and the ordinary
// password works again.
func TestTemporaryPasswordsEndWithTwoFactor(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("bob", "")
	c := w.SignIn("bob")
	if err := c.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	servertest.WantUnauthorized(t, "after two-factor went off", w.Basic("bob", made.Password), api.InvalidCredentials)
	servertest.WantMe(t, "account password", w.Basic("bob", servertest.Password), "Bob")
}

// /api/v1/me accepts any method and ignores the body.
func TestMeTakesAnyMethod(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} {
		servertest.WantMe(t, method, w.Do(method, "/api/v1/me", "whatever", "Authorization", servertest.BasicAuth("ada", servertest.Password)), "ada")
	}
	if e := w.Do("HEAD", "/api/v1/me", "", "Authorization", servertest.BasicAuth("ada", servertest.Password)); e.Status != 200 || e.Body != "" {
		t.Errorf("HEAD: %d %q", e.Status, e.Body)
	}
}

// R82: after the right account password, a temporary one is texted to a confirmed
// phone: at most one in two minutes and five a day. It works.
func TestTemporaryPasswordIsTexted(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	texts := func() int {
		w.DeliverAll()
		return len(servertest.Must[[]api.LabText](t)(w.Client.PhoneMessages(t.Context(), servertest.BobPhone)))
	}
	const textedNotice = "sent to the phone"
	first := w.Basic("bob", servertest.Password)
	servertest.WantUnauthorized(t, "R80", first, api.TemporaryPasswordRequired)
	if texts() != 1 || !strings.Contains(first.Problem(t).Detail, textedNotice) {
		t.Fatalf("%d texts: %s", texts(), first.Body)
	}
	if e := w.Basic("bob", "another passphrase"); strings.Contains(e.Body, textedNotice) {
		t.Errorf("the answer for a wrong password: %s", e.Body)
	}
	sent, _, _ := strings.Cut(w.LastText(servertest.BobPhone), " ")
	servertest.WantMe(t, "the texted one", w.Basic("bob", sent), "Bob")
	again := w.Basic("bob", servertest.Password)
	servertest.WantUnauthorized(t, "R80", again, api.TemporaryPasswordRequired)
	if texts() != 1 || strings.Contains(again.Problem(t).Detail, textedNotice) {
		t.Errorf("R82: another within two minutes: %s", again.Body)
	}
	for range 10 {
		w.Clock.Advance(2 * time.Minute)
		servertest.WantUnauthorized(t, "R80", w.Basic("bob", servertest.Password), api.TemporaryPasswordRequired)
	}
	if texts() != 5 {
		t.Errorf("R82: %d in a day", texts())
	}
	if mails := w.MailSubjects(servertest.BobMail); len(mails) != 5 {
		t.Errorf("R6: announced as %q", mails)
	}
}

// The name of the client becomes the label of a texted temporary password, even if it is
// not a valid label (R83).
func TestTemporaryPasswordForAnyClient(t *testing.T) {
	t.Parallel()
	for _, agent := range []string{"", "\ufffd", strings.Repeat("\u0958", 64), strings.Repeat("\u1e9b\u0323", 200), "\u202e", "\xff"} {
		w := servertest.New(t)
		e := w.Do("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth("bob", servertest.Password), "User-Agent", agent)
		servertest.WantUnauthorized(t, fmt.Sprintf("%q", agent), e, api.TemporaryPasswordRequired)
		w.DeliverAll()
		if texts := servertest.Must[[]api.LabText](t)(w.Client.PhoneMessages(t.Context(), servertest.BobPhone)); len(texts) != 1 {
			t.Errorf("%q: %d texts", agent, len(texts))
		}
	}
}

func TestTemporaryPasswordIsNotTexted(t *testing.T) {
	t.Parallel()
	for what, w := range map[string]*servertest.World{"hardened": servertest.New(t, servertest.Hardened), "no texter": servertest.New(t, servertest.WithoutTexts)} {
		before := len(w.Dump())
		servertest.WantUnauthorized(t, what, w.Basic("bob", servertest.Password), api.TemporaryPasswordRequired)
		w.DeliverAll()
		if after := len(w.Dump()); after != before+1 { // the audit event
			t.Errorf("%s: %d keys more", what, after-before)
		}
	}
}
