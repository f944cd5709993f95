package server_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
)

func basicAuth(user, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

// basic sends a user name and a secret with HTTP Basic.
func (w *world) basic(user, secret string) exchange {
	w.t.Helper()
	return w.do("GET", "/api/v1/me", "", "Authorization", basicAuth(user, secret))
}

// wantRefused fails unless an answer at /api/v1/me is a refusal with that code.
func wantRefused(t testing.TB, what string, e exchange, code string) {
	t.Helper()
	if p := e.problem(t); e.status != 401 || p.Code != code || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: %d %s, want 401 %s", what, e.status, e.body, code)
	}
	if got := e.header.Get("WWW-Authenticate"); got != `Basic realm="Nightlatch"` {
		t.Errorf("%s: WWW-Authenticate %q", what, got)
	}
}

func wantMe(t testing.TB, what string, e exchange, username string) {
	t.Helper()
	if e.status != 200 || e.body != `{"username":"`+username+`"}`+"\n" {
		t.Errorf("%s: %d %s", what, e.status, e.body)
	}
}

// temporary makes a temporary password for a person (R81).
func (w *world) temporary(username, service string) api.NewTemporaryPassword {
	w.t.Helper()
	made, err := w.signIn(username).NewTemporaryPassword(w.t.Context(), "Mail", service)
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// R75, R80, R81, R85: the decision table, at Basic.
func TestBasicDecisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, noTexter)
	made := w.temporary("cyd", "")
	wantMe(t, "two-factor off, ordinary password", w.basic("ada", password), "ada")
	wantMe(t, "the name in other letters", w.basic(" ADA ", password), "ada")
	wantRefused(t, "two-factor off, wrong password", w.basic("ada", "wrong"), api.InvalidCredentials)
	wantRefused(t, "R80: ordinary password", w.basic("cyd", password), api.TemporaryPasswordRequired)
	wantMe(t, "R80: temporary password", w.basic("cyd", made.Password), "cyd")
	wantMe(t, "R81: many times, typed in capitals", w.basic("cyd", strings.ToUpper(made.Password)), "cyd")
	wantRefused(t, "somebody else's temporary password", w.basic("ada", made.Password), api.InvalidCredentials)
	wantRefused(t, "R75: backup code", w.basic("bob", codeOne), api.BackupCodeNotAccepted)
	wantRefused(t, "a code that was never issued", w.basic("bob", "9kmq-2xwd-9hfz-3r8n"), api.InvalidCredentials)
	wantRefused(t, "wrong password", w.basic("cyd", "wrong"), api.InvalidCredentials)
	wantRefused(t, "nobody", w.basic("nobody", password), api.InvalidCredentials)
	wantRefused(t, "nothing", w.do("GET", "/api/v1/me", ""), api.InvalidCredentials)
	wantRefused(t, "no Basic at all", w.do("GET", "/api/v1/me", "", "Authorization", "Basic ???"), api.InvalidCredentials)

	w.clock.Set(made.Expires.Add(-time.Second))
	wantMe(t, "R81: at 59:59", w.basic("cyd", made.Password), "cyd")
	w.clock.Advance(time.Second)
	wantRefused(t, "R85: at 60:00", w.basic("cyd", made.Password), api.TemporaryPasswordExpired)
}

// R83: one can be limited to a service, and be revoked.
func TestTemporaryPasswordServiceAndRevocation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	imap, basic := w.temporary("cyd", "imap"), w.temporary("cyd", "http-basic")
	wantRefused(t, "one for imap", w.basic("cyd", imap.Password), api.InvalidCredentials)
	wantMe(t, "one for http-basic", w.basic("cyd", basic.Password), "cyd")
	if err := w.signIn("cyd").RevokeTemporaryPassword(t.Context(), basic.ID); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "a revoked one", w.basic("cyd", basic.Password), api.InvalidCredentials)
}

// R61: when two-factor goes off, temporary passwords are void and the ordinary
// one works again.
func TestTemporaryPasswordsEndWithTwoFactor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("bob", "")
	c := w.signIn("bob")
	if err := c.DeletePhone(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "after two-factor went off", w.basic("bob", made.Password), api.InvalidCredentials)
	wantMe(t, "ordinary password", w.basic("bob", password), "Bob")
}

// Any method will do, and no body is looked at.
func TestMeTakesAnyMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"} {
		wantMe(t, method, w.do(method, "/api/v1/me", "whatever", "Authorization", basicAuth("ada", password)), "ada")
	}
	if e := w.do("HEAD", "/api/v1/me", "", "Authorization", basicAuth("ada", password)); e.status != 200 || e.body != "" {
		t.Errorf("HEAD: %d %q", e.status, e.body)
	}
}

// R83: the list shows uses at once, though not each is written at once.
func TestTemporaryPasswordUses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("cyd", "")
	c := w.signIn("cyd")
	for n := 1; n <= 3; n++ {
		w.clock.Advance(time.Minute)
		if e := w.do("GET", "/api/v1/me", "", "Authorization", basicAuth("cyd", made.Password), "User-Agent", "Thunderbird/128.0"); e.status != 200 {
			t.Fatal(e)
		}
		got := must[[]api.TemporaryPassword](t)(c.TemporaryPasswords(t.Context()))[0]
		if got.Uses != n || got.LastUsed == nil || got.LastUsed.Protocol != "http-basic" ||
			got.LastUsed.Address != "127.0.0.1" || !got.LastUsed.At.Equal(w.clock.Now()) {
			t.Errorf("use %d: %+v, last %+v", n, got, got.LastUsed)
		}
	}
	used := 0
	for _, a := range must[[]api.Activity](t)(c.Activity(t.Context(), "", 0)) {
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
	w := newWorld(t)
	texts := func() int {
		w.deliver()
		return len(must[[]api.LabText](t)(w.client.PhoneMessages(t.Context(), bobPhone)))
	}
	const told = "sent to the phone"
	first := w.basic("bob", password)
	wantRefused(t, "R80", first, api.TemporaryPasswordRequired)
	if texts() != 1 || !strings.Contains(first.problem(t).Detail, told) {
		t.Fatalf("%d texts: %s", texts(), first.body)
	}
	if e := w.basic("bob", "another passphrase"); strings.Contains(e.body, told) {
		t.Errorf("a stranger is told: %s", e.body)
	}
	sent, _, _ := strings.Cut(w.lastText(bobPhone), " ")
	wantMe(t, "the texted one", w.basic("bob", sent), "Bob")
	again := w.basic("bob", password)
	wantRefused(t, "R80", again, api.TemporaryPasswordRequired)
	if texts() != 1 || strings.Contains(again.problem(t).Detail, told) {
		t.Errorf("R82: another within two minutes: %s", again.body)
	}
	for range 10 {
		w.clock.Advance(2 * time.Minute)
		wantRefused(t, "R80", w.basic("bob", password), api.TemporaryPasswordRequired)
	}
	if texts() != 5 {
		t.Errorf("R82: %d in a day", texts())
	}
	if mails := w.mails(bobMail); len(mails) != 5 {
		t.Errorf("R6: announced as %q", mails)
	}
}

// The name of the client becomes the label of a texted temporary password, even if it is
// not a valid label (R83).
func TestTemporaryPasswordForAnyClient(t *testing.T) {
	t.Parallel()
	for _, agent := range []string{"", "\ufffd", strings.Repeat("\u0958", 64), strings.Repeat("\u1e9b\u0323", 200), "\u202e", "\xff"} {
		w := newWorld(t)
		e := w.do("GET", "/api/v1/me", "", "Authorization", basicAuth("bob", password), "User-Agent", agent)
		wantRefused(t, fmt.Sprintf("%q", agent), e, api.TemporaryPasswordRequired)
		w.deliver()
		if texts := must[[]api.LabText](t)(w.client.PhoneMessages(t.Context(), bobPhone)); len(texts) != 1 {
			t.Errorf("%q: %d texts", agent, len(texts))
		}
	}
}

func TestTemporaryPasswordIsNotTexted(t *testing.T) {
	t.Parallel()
	for what, w := range map[string]*world{"hardened": newWorld(t, hardened), "no texter": newWorld(t, noTexter)} {
		before := len(w.dump())
		wantRefused(t, what, w.basic("bob", password), api.TemporaryPasswordRequired)
		w.deliver()
		if after := len(w.dump()); after != before+1 { // the audit event
			t.Errorf("%s: %d keys more", what, after-before)
		}
	}
}

// token asks for a token as RFC 6749 §4.3.2 says.
func (w *world) token(user, secret string) (exchange, map[string]any) {
	w.t.Helper()
	form := url.Values{"grant_type": {"password"}, "username": {user}, "password": {secret}}
	e := w.do("POST", "/oauth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var out map[string]any
	if err := json.Unmarshal([]byte(e.body), &out); err != nil {
		w.t.Errorf("%v: %s", err, e.body)
	}
	if e.header.Get("Content-Type") != "application/json" || e.header.Get("Cache-Control") != "no-store" {
		w.t.Errorf("RFC 6749 §5.1: %v", e.header)
	}
	return e, out
}

func (w *world) meWith(token string) exchange {
	return w.do("GET", "/api/v1/me", "", "Authorization", "Bearer "+token)
}

func TestOAuthToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("cyd", "")
	w.clock.Advance(20 * time.Minute)
	e, out := w.token("cyd", made.Password)
	token, _ := out["access_token"].(string)
	if e.status != 200 || token == "" || out["token_type"] != "Bearer" || out["scope"] != "me" || out["expires_in"] != 2400.0 {
		t.Fatalf("RFC 6749 §5.1: %d %s", e.status, e.body)
	}
	wantMe(t, "the token", w.meWith(token), "cyd")

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
		if e := w.do(call[0], call[1], "", "Authorization", "Bearer "+token); e.status != 401 {
			t.Errorf("%s with the token: %d %s", call, e.status, e.body)
		}
	}
	if e := w.do("POST", "/api/v1/ceremonies", `{"kind":"enroll-app"}`, "Authorization", "Bearer "+token, "Content-Type", jsonType); e.status != 401 {
		t.Errorf("a ceremony with the token: %d %s", e.status, e.body)
	}
	if e, _ := w.token("cyd", token); e.status != 400 {
		t.Errorf("a token for a token: %d %s", e.status, e.body)
	}
	if e := w.meWith(token + "x"); e.status != 401 || !strings.HasPrefix(e.header.Get("WWW-Authenticate"), "Bearer ") {
		t.Errorf("an altered token: %d %v", e.status, e.header)
	}

	w.clock.Set(made.Expires)
	if e := w.meWith(token); e.status != 401 || e.problem(t).Code != api.InvalidCredentials {
		t.Errorf("after the temporary password's hour: %d %s", e.status, e.body)
	}
}

// A token ends with what it was given for.
func TestOAuthTokenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("cyd", "")
	_, out := w.token("cyd", made.Password)
	if err := w.signIn("cyd").RevokeTemporaryPasswords(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := w.meWith(out["access_token"].(string)); e.status != 401 {
		t.Errorf("after the temporary password was revoked: %d", e.status)
	}

	_, out = w.token("ada", password)
	token := out["access_token"].(string)
	if out["expires_in"] != 3600.0 {
		t.Errorf("it lives %v s", out["expires_in"])
	}
	wantMe(t, "ordinary password", w.meWith(token), "ada")
	w.clock.Advance(59*time.Minute + 59*time.Second)
	wantMe(t, "at 59:59", w.meWith(token), "ada")
	w.clock.Advance(time.Second)
	if e := w.meWith(token); e.status != 401 {
		t.Errorf("at 60:00: %d", e.status)
	}

	_, out = w.token("ada", password)
	w.addKey("ada", "desk")
	if e := w.meWith(out["access_token"].(string)); e.status != 401 {
		t.Errorf("R80: after two-factor went on: %d", e.status)
	}

	w.clock.Advance(time.Minute)
	_, out = w.token("dot", password)
	c := w.signIn("dot")
	v := must[api.View](t)(c.Begin(t.Context(), api.Begin{Kind: api.ChangePassword}))
	for v.Step.StepType() != (api.Finished{}).StepType() {
		answer := api.Password{Password: password}
		if _, choose := v.Step.(api.ChoosePassword); choose {
			answer.Password = "another good passphrase"
		}
		v = must[api.View](t)(c.Answer(t.Context(), v.ID, v.Rev, answer))
		if v.Refusal != nil {
			t.Fatalf("refusal %+v", v.Refusal)
		}
	}
	if e := w.meWith(out["access_token"].(string)); e.status != 401 {
		t.Errorf("after the password was changed: %d", e.status)
	}
}

// RFC 6749 §5.2, with our codes and words beside it.
func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("cyd", "")
	w.clock.Set(made.Expires)
	for _, tt := range []struct{ user, secret, code string }{
		{"ada", "wrong", api.InvalidCredentials},
		{"nobody", password, api.InvalidCredentials},
		{"cyd", password, api.TemporaryPasswordRequired},
		{"cyd", made.Password, api.TemporaryPasswordExpired},
		{"bob", codeOne, api.BackupCodeNotAccepted},
	} {
		e, out := w.token(tt.user, tt.secret)
		if e.status != 400 || out["error"] != "invalid_grant" || out["code"] != tt.code {
			t.Errorf("%s: %d %s", tt.code, e.status, e.body)
		}
		words, _ := out["error_description"].(string)
		if words == "" || strings.ContainsFunc(words, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
			t.Errorf("%s: description %q", tt.code, words)
		}
	}
	const form = "application/x-www-form-urlencoded"
	for _, tt := range []struct{ what, kind, body, want string }{
		{"JSON", jsonType, `{"grant_type":"password"}`, "invalid_request"},
		{"no grant", form, "username=ada&password=x", "invalid_request"},
		{"another grant", form, "grant_type=client_credentials", "unsupported_grant_type"},
		{"no user name", form, "grant_type=password&password=x", "invalid_request"},
		{"no password", form, "grant_type=password&username=ada", "invalid_request"},
		{"twice", form, "grant_type=password&username=ada&username=bob&password=x", "invalid_request"},
		{"no form", form, "grant_type=password&username=%zz&password=x", "invalid_request"},
		{"not UTF-8", form, "grant_type=password&username=%ff&password=x", "invalid_request"},
	} {
		e := w.do("POST", "/oauth/token", tt.body, "Content-Type", tt.kind)
		var out map[string]any
		if err := json.Unmarshal([]byte(e.body), &out); err != nil || e.status != 400 || out["error"] != tt.want {
			t.Errorf("%s: %d %s", tt.what, e.status, e.body)
		}
	}
	big := w.do("POST", "/oauth/token", "grant_type=password&username="+strings.Repeat("a", 70000)+"&password=x", "Content-Type", form)
	if big.status != 413 {
		t.Errorf("too large: %d", big.status)
	}
	if e := w.do("GET", "/oauth/token", ""); e.status != 405 || e.header.Get("Allow") != "OPTIONS, POST" {
		t.Errorf("GET: %d %v", e.status, e.header)
	}
}

// R43: five failures in a row are free, then each has to wait; first-party
// sign-in counts apart, and success resets.
func TestThirdPartyThrottle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		wantRefused(t, "a free failure", w.basic("ADA", "wrong"), api.InvalidCredentials)
	}
	for what, e := range map[string]exchange{"Basic, right": w.basic("ada", password), "Basic, wrong": w.basic("Ada", "x")} {
		p := e.problem(t)
		if e.status != 429 || p.Code != api.Throttled || e.header.Get("Retry-After") != "30" || !p.RetryAt.Equal(start.Add(30*time.Second)) {
			t.Errorf("%s: %d %v %s", what, e.status, e.header, e.body)
		}
	}
	e, out := w.token("ada", password)
	if e.status != 429 || out["error"] != "invalid_grant" || out["code"] != api.Throttled || e.header.Get("Retry-After") != "30" {
		t.Errorf("OAuth: %d %s", e.status, e.body)
	}
	w.signIn("ada") // not locked out by a broken mail client
	w.clock.Advance(30 * time.Second)
	wantMe(t, "after the wait", w.basic("ada", password), "ada")
	for range 5 {
		wantRefused(t, "success has reset it", w.basic("ada", "wrong"), api.InvalidCredentials)
	}
}

// R43, R42: after a hundred failures third-party clients are disabled. The answer is that
// of a wrong password. A new temporary password enables them again.
func TestThirdPartyLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.temporary("cyd", "")
	for n := range 100 {
		w.clock.Advance(time.Hour)
		if n == 0 {
			made = w.temporary("cyd", "")
		}
		wantRefused(t, "failure", w.basic("cyd", "wrong"), api.InvalidCredentials)
		wantRefused(t, "failure", w.basic("nobody", "wrong"), api.InvalidCredentials)
		w.clock.Advance(time.Hour)
	}
	before := w.dump()
	for _, secret := range []string{"wrong", password, made.Password} {
		wantRefused(t, "locked", w.basic("cyd", secret), api.InvalidCredentials)
		wantRefused(t, "nobody, locked", w.basic("nobody", secret), api.InvalidCredentials)
	}
	for key, value := range w.dump() {
		if strings.HasPrefix(key, "rate/third-party/") && before[key] != value {
			t.Errorf("counted on: %s", key)
		}
	}
	c := w.signIn("cyd")
	if got := w.types(c, 3); got[1] != api.EventMethodDisabled {
		t.Errorf("activity %v", got)
	}
	made = must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(t.Context(), "Mail", ""))
	wantMe(t, "set up again", w.basic("cyd", made.Password), "cyd")
}

// R42: known and unknown user names get the same status, fields and body, also when
// throttled.
func TestUnknownUserLooksTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 8 {
		for _, secret := range []string{"wrong", "9kmq-2xwd-9hfz-3r8n"} {
			known, unknown := w.basic("cyd", secret), w.basic("nobody", secret)
			same(t, "Basic", known, unknown)
			known, _ = w.token("ada", secret)
			unknown, _ = w.token("nobodyelse", secret)
			same(t, "OAuth", known, unknown)
		}
		if n >= 5 {
			w.clock.Advance(time.Hour)
		}
	}
}

func same(t *testing.T, what string, a, b exchange) {
	t.Helper()
	a.header.Del("Date")
	b.header.Del("Date")
	ja, _ := json.Marshal(a.header)
	jb, _ := json.Marshal(b.header)
	if a.status != b.status || a.body != b.body || string(ja) != string(jb) {
		t.Errorf("%s: known\n%d %s %s\nunknown\n%d %s %s", what, a.status, ja, a.body, b.status, jb, b.body)
	}
}
