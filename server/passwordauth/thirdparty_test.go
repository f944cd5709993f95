package passwordauth_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// R75, R80, R81, R85: the decision table, at Basic.
func TestBasicDecisions(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithoutTexts)
	made := w.NewTemporaryPassword("cyd", "")
	servertest.WantMe(t, "two-factor off, ordinary password", w.Basic("ada", servertest.Password), "ada")
	servertest.WantMe(t, "the name in other letters", w.Basic(" ADA ", servertest.Password), "ada")
	servertest.WantUnauthorized(t, "two-factor off, wrong password", w.Basic("ada", "wrong"), api.InvalidCredentials)
	servertest.WantUnauthorized(t, "R80: ordinary password", w.Basic("cyd", servertest.Password), api.TemporaryPasswordRequired)
	servertest.WantMe(t, "R80: temporary password", w.Basic("cyd", made.Password), "cyd")
	servertest.WantMe(t, "R81: many times, typed in capitals", w.Basic("cyd", strings.ToUpper(made.Password)), "cyd")
	servertest.WantUnauthorized(t, "somebody else's temporary password", w.Basic("ada", made.Password), api.InvalidCredentials)
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

// R83: one can be limited to a service, and be revoked.
func TestTemporaryPasswordServiceAndRevocation(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	imap, basic := w.NewTemporaryPassword("cyd", "imap"), w.NewTemporaryPassword("cyd", "http-basic")
	servertest.WantUnauthorized(t, "one for imap", w.Basic("cyd", imap.Password), api.InvalidCredentials)
	servertest.WantMe(t, "one for http-basic", w.Basic("cyd", basic.Password), "cyd")
	if err := w.SignIn("cyd").RevokeTemporaryPassword(t.Context(), basic.ID); err != nil {
		t.Fatal(err)
	}
	servertest.WantUnauthorized(t, "a revoked one", w.Basic("cyd", basic.Password), api.InvalidCredentials)
}

// R61: when two-factor goes off, temporary passwords are void and the ordinary
// one works again.
func TestTemporaryPasswordsEndWithTwoFactor(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("bob", "")
	c := w.SignIn("bob")
	if err := c.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	servertest.WantUnauthorized(t, "after two-factor went off", w.Basic("bob", made.Password), api.InvalidCredentials)
	servertest.WantMe(t, "ordinary password", w.Basic("bob", servertest.Password), "Bob")
}

// Any method will do, and no body is looked at.
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

// R83: the list shows uses at once, though not each is written at once.
func TestTemporaryPasswordUses(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	c := w.SignIn("cyd")
	for n := 1; n <= 3; n++ {
		w.Clock.Advance(time.Minute)
		if e := w.Do("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth("cyd", made.Password), "User-Agent", "Thunderbird/128.0"); e.Status != 200 {
			t.Fatal(e)
		}
		got := servertest.Must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context()))[0]
		if got.Uses != n || got.LastUsed == nil || got.LastUsed.Protocol != "http-basic" ||
			got.LastUsed.Address != "127.0.0.1" || !got.LastUsed.At.Equal(w.Clock.Now()) {
			t.Errorf("use %d: %+v, last %+v", n, got, got.LastUsed)
		}
	}
	used := 0
	for _, a := range servertest.Must[[]api.Activity](t)(c.Activity(t.Context(), "", 0)) {
		if a.Type == api.EventTemporaryPasswordUsed {
			used++
			if a.Client != "Thunderbird 128.0" || a.Details["label"] != "Mail" || a.Details["protocol"] != "http-basic" {
				t.Errorf("event %+v", a)
			}
		}
	}
	if used != 1 {
		t.Errorf("%d events of use, want the first alone", used)
	}
}

// R82: the ordinary password was right and the phone is proved: one is texted, at
// most one in two minutes and five a day, and it works.
func TestTemporaryPasswordIsTexted(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	texts := func() int {
		w.DeliverAll()
		return len(servertest.Must[[]api.LabText](t)(w.Client.PhoneMessages(t.Context(), servertest.BobPhone)))
	}
	const told = "sent to the phone"
	first := w.Basic("bob", servertest.Password)
	servertest.WantUnauthorized(t, "R80", first, api.TemporaryPasswordRequired)
	if texts() != 1 || !strings.Contains(first.Problem(t).Detail, told) {
		t.Fatalf("%d texts: %s", texts(), first.Body)
	}
	if e := w.Basic("bob", "another passphrase"); strings.Contains(e.Body, told) {
		t.Errorf("a stranger is told: %s", e.Body)
	}
	sent, _, _ := strings.Cut(w.LastText(servertest.BobPhone), " ")
	servertest.WantMe(t, "the texted one", w.Basic("bob", sent), "Bob")
	again := w.Basic("bob", servertest.Password)
	servertest.WantUnauthorized(t, "R80", again, api.TemporaryPasswordRequired)
	if texts() != 1 || strings.Contains(again.Problem(t).Detail, told) {
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

func TestOAuthToken(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	w.Clock.Advance(20 * time.Minute)
	e, out := w.OAuthToken("cyd", made.Password)
	token, _ := out["access_token"].(string)
	if e.Status != 200 || token == "" || out["token_type"] != "Bearer" || out["scope"] != "me" || out["expires_in"] != 2400.0 {
		t.Fatalf("RFC 6749 §5.1: %d %s", e.Status, e.Body)
	}
	servertest.WantMe(t, "the token", w.MeWithToken(token), "cyd")

	// It is good for nothing else, and mints no other (GHSA-683j-3ff6-hh2x).
	for _, call := range [][2]string{
		{"GET", "/api/v1/account"},
		{"GET", "/api/v1/sessions"},
		{"POST", "/api/v1/temporary-passwords"},
		{"POST", "/api/v1/backup-codes"},
		{"DELETE", "/api/v1/phone"},
		{"GET", "/api/v1/events"},
		{"GET", "/api/v1/activity"},
	} {
		if e := w.Do(call[0], call[1], "", "Authorization", "Bearer "+token); e.Status != 401 {
			t.Errorf("%s with the token: %d %s", call, e.Status, e.Body)
		}
	}
	if e := w.Do("POST", "/api/v1/ceremonies", `{"kind":"enroll-app"}`, "Authorization", "Bearer "+token, "Content-Type", servertest.JSONType); e.Status != 401 {
		t.Errorf("a ceremony with the token: %d %s", e.Status, e.Body)
	}
	if e, _ := w.OAuthToken("cyd", token); e.Status != 400 {
		t.Errorf("a token for a token: %d %s", e.Status, e.Body)
	}
	if e := w.MeWithToken(token + "x"); e.Status != 401 || !strings.HasPrefix(e.Header.Get("WWW-Authenticate"), "Bearer ") {
		t.Errorf("an altered token: %d %v", e.Status, e.Header)
	}

	w.Clock.Set(made.Expires)
	if e := w.MeWithToken(token); e.Status != 401 || e.Problem(t).Code != api.InvalidCredentials {
		t.Errorf("after the temporary password's hour: %d %s", e.Status, e.Body)
	}
}

// A token ends with what it was given for.
func TestOAuthTokenEnds(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	_, out := w.OAuthToken("cyd", made.Password)
	if err := w.SignIn("cyd").RevokeTemporaryPasswords(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := w.MeWithToken(out["access_token"].(string)); e.Status != 401 {
		t.Errorf("after the temporary password was revoked: %d", e.Status)
	}

	_, out = w.OAuthToken("ada", servertest.Password)
	token := out["access_token"].(string)
	if out["expires_in"] != 3600.0 {
		t.Errorf("it lives %v s", out["expires_in"])
	}
	servertest.WantMe(t, "ordinary password", w.MeWithToken(token), "ada")
	w.Clock.Advance(59*time.Minute + 59*time.Second)
	servertest.WantMe(t, "at 59:59", w.MeWithToken(token), "ada")
	w.Clock.Advance(time.Second)
	if e := w.MeWithToken(token); e.Status != 401 {
		t.Errorf("at 60:00: %d", e.Status)
	}

	_, out = w.OAuthToken("ada", servertest.Password)
	w.AddKey("ada", "desk")
	if e := w.MeWithToken(out["access_token"].(string)); e.Status != 401 {
		t.Errorf("R80: after two-factor went on: %d", e.Status)
	}

	w.Clock.Advance(time.Minute)
	_, out = w.OAuthToken("dot", servertest.Password)
	c := w.SignIn("dot")
	v := servertest.Must[api.View](t)(c.Begin(t.Context(), api.Begin{Kind: api.ChangePassword}))
	for v.Step.StepType() != (api.Finished{}).StepType() {
		answer := api.Password{Password: servertest.Password}
		if _, choose := v.Step.(api.ChoosePassword); choose {
			answer.Password = "another good passphrase"
		}
		v = servertest.Must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, answer))
		if v.Refusal != nil {
			t.Fatalf("refusal %+v", v.Refusal)
		}
	}
	if e := w.MeWithToken(out["access_token"].(string)); e.Status != 401 {
		t.Errorf("after the password was changed: %d", e.Status)
	}
}

// RFC 6749 §5.2, with our codes and words beside it.
func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	w.Clock.Set(made.Expires)
	for _, tt := range []struct{ user, secret, code string }{
		{"ada", "wrong", api.InvalidCredentials},
		{"nobody", servertest.Password, api.InvalidCredentials},
		{"cyd", servertest.Password, api.TemporaryPasswordRequired},
		{"cyd", made.Password, api.TemporaryPasswordExpired},
		{"bob", servertest.BobBackupCode, api.BackupCodeNotAccepted},
	} {
		e, out := w.OAuthToken(tt.user, tt.secret)
		if e.Status != 400 || out["error"] != "invalid_grant" || out["code"] != tt.code {
			t.Errorf("%s: %d %s", tt.code, e.Status, e.Body)
		}
		words, _ := out["error_description"].(string)
		if words == "" || strings.ContainsFunc(words, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
			t.Errorf("%s: description %q", tt.code, words)
		}
	}
	const form = "application/x-www-form-urlencoded"
	for _, tt := range []struct{ what, kind, body, want string }{
		{"JSON", servertest.JSONType, `{"grant_type":"password"}`, "invalid_request"},
		{"no grant", form, "username=ada&password=x", "invalid_request"},
		{"another grant", form, "grant_type=client_credentials", "unsupported_grant_type"},
		{"no user name", form, "grant_type=password&password=x", "invalid_request"},
		{"no password", form, "grant_type=password&username=ada", "invalid_request"},
		{"twice", form, "grant_type=password&username=ada&username=bob&password=x", "invalid_request"},
		{"no form", form, "grant_type=password&username=%zz&password=x", "invalid_request"},
		{"not UTF-8", form, "grant_type=password&username=%ff&password=x", "invalid_request"},
	} {
		e := w.Do("POST", "/oauth/token", tt.body, "Content-Type", tt.kind)
		var out map[string]any
		if err := json.Unmarshal([]byte(e.Body), &out); err != nil || e.Status != 400 || out["error"] != tt.want {
			t.Errorf("%s: %d %s", tt.what, e.Status, e.Body)
		}
	}
	big := w.Do("POST", "/oauth/token", "grant_type=password&username="+strings.Repeat("a", 70000)+"&password=x", "Content-Type", form)
	if big.Status != 413 {
		t.Errorf("too large: %d", big.Status)
	}
	if e := w.Do("GET", "/oauth/token", ""); e.Status != 405 || e.Header.Get("Allow") != "OPTIONS, POST" {
		t.Errorf("GET: %d %v", e.Status, e.Header)
	}
}

// R43: five failures in a row are free, then each has to wait; first-party
// sign-in counts apart, and success resets.
func TestThirdPartyThrottle(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for range 5 {
		servertest.WantUnauthorized(t, "a free failure", w.Basic("ADA", "wrong"), api.InvalidCredentials)
	}
	for what, e := range map[string]servertest.Exchange{"Basic, right": w.Basic("ada", servertest.Password), "Basic, wrong": w.Basic("Ada", "x")} {
		p := e.Problem(t)
		if e.Status != 429 || p.Code != api.Throttled || e.Header.Get("Retry-After") != "30" || !p.RetryAt.Equal(servertest.Start.Add(30*time.Second)) {
			t.Errorf("%s: %d %v %s", what, e.Status, e.Header, e.Body)
		}
	}
	e, out := w.OAuthToken("ada", servertest.Password)
	if e.Status != 429 || out["error"] != "invalid_grant" || out["code"] != api.Throttled || e.Header.Get("Retry-After") != "30" {
		t.Errorf("OAuth: %d %s", e.Status, e.Body)
	}
	w.SignIn("ada") // not locked out by a broken mail client
	w.Clock.Advance(30 * time.Second)
	servertest.WantMe(t, "after the wait", w.Basic("ada", servertest.Password), "ada")
	for range 5 {
		servertest.WantUnauthorized(t, "success has reset it", w.Basic("ada", "wrong"), api.InvalidCredentials)
	}
}

// R43, R42: after a hundred failures third-party clients are disabled. The answer is that
// of a wrong password. A new temporary password enables them again.
func TestThirdPartyLock(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	made := w.NewTemporaryPassword("cyd", "")
	for n := range 100 {
		w.Clock.Advance(time.Hour)
		if n == 0 {
			made = w.NewTemporaryPassword("cyd", "")
		}
		servertest.WantUnauthorized(t, "failure", w.Basic("cyd", "wrong"), api.InvalidCredentials)
		servertest.WantUnauthorized(t, "failure", w.Basic("nobody", "wrong"), api.InvalidCredentials)
		w.Clock.Advance(time.Hour)
	}
	before := w.Dump()
	for _, secret := range []string{"wrong", servertest.Password, made.Password} {
		servertest.WantUnauthorized(t, "locked", w.Basic("cyd", secret), api.InvalidCredentials)
		servertest.WantUnauthorized(t, "nobody, locked", w.Basic("nobody", secret), api.InvalidCredentials)
	}
	for key, value := range w.Dump() {
		if strings.HasPrefix(key, "rate/third-party/") && before[key] != value {
			t.Errorf("counted on: %s", key)
		}
	}
	c := w.SignIn("cyd")
	if got := w.ActivityTypes(c, 3); got[1] != api.EventMethodDisabled {
		t.Errorf("activity %v", got)
	}
	made = servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(t.Context(), "Mail", ""))
	servertest.WantMe(t, "set up again", w.Basic("cyd", made.Password), "cyd")
}

// R42: known and unknown user names get the same status, fields and body, also when
// throttled.
func TestUnknownUserLooksTheSame(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for n := range 8 {
		for _, secret := range []string{"wrong", "9kmq-2xwd-9hfz-3r8n"} {
			known, unknown := w.Basic("cyd", secret), w.Basic("nobody", secret)
			same(t, "Basic", known, unknown)
			known, _ = w.OAuthToken("ada", secret)
			unknown, _ = w.OAuthToken("nobodyelse", secret)
			same(t, "OAuth", known, unknown)
		}
		if n >= 5 {
			w.Clock.Advance(time.Hour)
		}
	}
}

func same(t *testing.T, what string, a, b servertest.Exchange) {
	t.Helper()
	a.Header.Del("Date")
	b.Header.Del("Date")
	ja, _ := json.Marshal(a.Header)
	jb, _ := json.Marshal(b.Header)
	if a.Status != b.Status || a.Body != b.Body || string(ja) != string(jb) {
		t.Errorf("%s: known\n%d %s %s\nunknown\n%d %s %s", what, a.Status, ja, a.Body, b.Status, jb, b.Body)
	}
}
