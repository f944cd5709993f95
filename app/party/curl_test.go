package party

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// A reply is an answer that curl received.
type reply struct {
	status, challenge, contentType, body string
}

func (r reply) code(t *testing.T) string {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Errorf("the answer has no problem document: %s", r.body)
	}
	return p.Code
}

// curl makes a request. Secrets are passed in a file, because others can read a process's
// arguments.
func curl(t *testing.T, user, password string, args ...string) reply {
	t.Helper()
	config := filepath.Join(t.TempDir(), "curl")
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
	if err := os.WriteFile(config, []byte(`user = "`+quote(user+":"+password)+`"`), 0o600); err != nil {
		t.Fatal(err)
	}
	const mark = "\n--party--\n"
	if user != "" {
		args = append([]string{"--config", config}, args...)
	}
	out, err := harness.Run(within(t, time.Minute), "", "curl",
		append([]string{"--silent", "--show-error", "--max-time", "30", "--write-out", mark + "%{http_code}\n%header{www-authenticate}\n%{content_type}"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	body, rest, _ := strings.Cut(out, mark)
	fields := strings.SplitN(rest+"\n\n", "\n", 4)
	return reply{status: fields[0], challenge: fields[1], contentType: fields[2], body: body}
}

// A third-party client has only a user name and a password.
func TestCurlSignsInWithTemporaryPasswordsOnly(t *testing.T) {
	s := serve(t, built.plain)
	p := protect(t, s, "robin", "+12025550111")
	ctx := within(t, time.Minute)
	me := s.URL + "/api/v1/me"

	made, err := p.Client.NewTemporaryPassword(ctx, "curl", "")
	if err != nil {
		t.Fatal(err)
	}
	if r := curl(t, p.Name, made.Password, me); r.status != "200" || !strings.Contains(r.body, `"username":"robin"`) {
		t.Errorf("temporary password: %+v", r)
	}
	// R81: it can be used repeatedly.
	if r := curl(t, p.Name, made.Password, "--request", "PROPFIND", me); r.status != "200" {
		t.Errorf("temporary password, again: %+v", r)
	}
	refused := func(name, secret, code string) {
		t.Helper()
		r := curl(t, p.Name, secret, me)
		if r.status != "401" || r.challenge != `Basic realm="Nightlatch"` || !strings.HasPrefix(r.contentType, "application/problem+json") {
			t.Errorf("%s: %+v", name, r)
		}
		if got := r.code(t); got != code {
			t.Errorf("%s: code %s, want %s", name, got, code)
		}
	}
	refused("R80: the account password", p.Password, api.TemporaryPasswordRequired)
	refused("R75: a backup code", p.BackupCodes[1], api.BackupCodeNotAccepted)
	refused("a wrong password", "something else", api.InvalidCredentials)
	if r := curl(t, "nobody", p.Password, me); r.status != "401" || r.code(t) != api.InvalidCredentials {
		t.Errorf("R42: an unknown name: %+v", r)
	}

	// R81: valid for exactly one hour.
	now, err := s.Client.Clock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Client.SetClock(ctx, made.Expires.Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	if left := made.Expires.Sub(now); left > time.Hour || left < 59*time.Minute {
		t.Errorf("it expires in %v", left)
	}
	if r := curl(t, p.Name, made.Password, me); r.status != "200" {
		t.Errorf("after 59:59: %+v", r)
	}
	if _, err := s.Client.SetClock(ctx, made.Expires); err != nil {
		t.Fatal(err)
	}
	refused("R85: after 60:00", made.Password, api.TemporaryPasswordExpired)
}

// A mail program signs in with OAuth (RFC 6749 §4.3).
func TestCurlGetsTokens(t *testing.T) {
	s := serve(t, built.plain)
	p := protect(t, s, "robin", "+12025550111")
	made, err := p.Client.NewTemporaryPassword(within(t, time.Minute), "oauth", "")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(secret string) reply {
		form := url.Values{"grant_type": {"password"}, "username": {p.Name}, "password": {secret}}.Encode()
		file := filepath.Join(t.TempDir(), "form")
		if err := os.WriteFile(file, []byte(form), 0o600); err != nil {
			t.Fatal(err)
		}
		return curl(t, "", "", "--data", "@"+file, s.URL+"/oauth/token")
	}
	var token struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	r := ask(made.Password)
	if err := json.Unmarshal([]byte(r.body), &token); err != nil || r.status != "200" || !strings.EqualFold(token.TokenType, "bearer") {
		t.Fatalf("%+v: %v", r, err)
	}
	if r := curl(t, "", "", "--header", "Authorization: Bearer "+token.AccessToken, s.URL+"/api/v1/me"); r.status != "200" {
		t.Errorf("the token: %+v", r)
	}
	if r := curl(t, "", "", "--header", "Authorization: Bearer "+token.AccessToken, s.URL+"/api/v1/account"); r.status == "200" {
		t.Errorf("the token of a third-party client opens the account: %+v", r)
	}
	r = ask(p.Password)
	if err := json.Unmarshal([]byte(r.body), &token); err != nil || r.status != "400" || token.Error != "invalid_grant" || token.Description == "" {
		t.Errorf("the account password: %+v: %v", r, err)
	}
}

// R80: with two-factor off the account password works.
func TestCurlWithoutTwoFactor(t *testing.T) {
	s := serve(t, built.plain)
	p := harness.NewPerson(s.Client, "sam")
	if err := p.SignUp(within(t, time.Minute)); err != nil {
		t.Fatal(err)
	}
	if r := curl(t, p.Name, p.Password, s.URL+"/api/v1/me"); r.status != "200" {
		t.Errorf("%+v", r)
	}
}

// A page of another site must not reach the server through a browser.
func TestCurlFromAnotherSiteIsRefused(t *testing.T) {
	s := serve(t, built.plain)
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	about := s.URL + "/api/v1/about"
	for _, header := range []string{
		"Host: evil.example", "Host: evil.example" + port, "Host: localhost", "Host: localhost.evil.example" + port,
		"Host: localhost" + port + ".evil.example", "Host: 127.0.0.1.evil.example" + port, "Host: [::1].evil.example" + port,
		"Host: LOCALHOST.evil" + port, "Host: 0.0.0.0" + port, "Host: 127.1" + port, "Host: 2130706433" + port,
		"Host: localhost" + port + "0", "Host: localhost:80", "Host: localhost." + port, "Host: user@localhost" + port,
		"Host: console.nightlatch.internal", "Host:",
		"Origin: http://evil.example", "Origin: null", "Origin: https://localhost" + port, "Origin: http://localhost",
		"Origin: http://localhost:1", "Origin: http://localhost" + port + ".evil.example", "Origin: http://127.0.0.1" + port,
		"Origin: http://evil.example" + port, "Origin: http://localhost" + port + "/", "Origin: file://",
		"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: nonsense",
	} {
		r := curl(t, "", "", "--header", header, about)
		if r.status != "403" && r.status != "400" || strings.Contains(r.body, "policy") {
			t.Errorf("%s: %+v", header, r)
		}
		r = curl(t, "", "", "--header", header, s.URL+"/lab/v1/clock")
		if r.status != "403" && r.status != "400" || strings.Contains(r.body, "now") {
			t.Errorf("%s, the lab: %+v", header, r)
		}
	}
	for _, header := range []string{"Host: localhost" + port, "Host: 127.0.0.1" + port, "Origin: http://localhost" + port, "Sec-Fetch-Site: same-origin"} {
		if r := curl(t, "", "", "--header", header, about); r.status != "200" {
			t.Errorf("%s: %+v", header, r)
		}
	}
}
