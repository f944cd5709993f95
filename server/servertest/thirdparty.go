package servertest

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"testing"

	"nightlatch/server/api"
)

// BasicAuth returns the value of an Authorization header for HTTP Basic.
func BasicAuth(user, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

// Basic requests /api/v1/me with HTTP Basic.
func (w *World) Basic(user, secret string) Exchange {
	w.T.Helper()
	return w.Do("GET", "/api/v1/me", "", "Authorization", BasicAuth(user, secret))
}

// OAuthToken requests an access token with a user name and password (RFC 6749 §4.3.2). It
// returns the answer and its JSON object.
func (w *World) OAuthToken(user, secret string) (Exchange, map[string]any) {
	w.T.Helper()
	form := url.Values{"grant_type": {"password"}, "username": {user}, "password": {secret}}
	e := w.Do("POST", "/oauth/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var out map[string]any
	if err := json.Unmarshal([]byte(e.Body), &out); err != nil {
		w.T.Errorf("%v: %s", err, e.Body)
	}
	if e.Header.Get("Content-Type") != "application/json" || e.Header.Get("Cache-Control") != "no-store" {
		w.T.Errorf("RFC 6749 §5.1: %v", e.Header)
	}
	return e, out
}

// MeWithToken requests /api/v1/me with an access token.
func (w *World) MeWithToken(token string) Exchange {
	return w.Do("GET", "/api/v1/me", "", "Authorization", "Bearer "+token)
}

// NewTemporaryPassword signs in and makes a temporary password (R81).
func (w *World) NewTemporaryPassword(username, service string) api.NewTemporaryPassword {
	w.T.Helper()
	made, err := w.SignIn(username).NewTemporaryPassword(w.T.Context(), "Mail", service)
	if err != nil {
		w.T.Fatal(err)
	}
	return made
}

// WantUnauthorized fails the test unless an answer to Basic has status 401 and a code.
func WantUnauthorized(t testing.TB, what string, e Exchange, code string) {
	t.Helper()
	if p := e.Problem(t); e.Status != 401 || p.Code != code || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: %d %s, want 401 %s", what, e.Status, e.Body, code)
	}
	if got := e.Header.Get("WWW-Authenticate"); got != `Basic realm="Nightlatch"` {
		t.Errorf("%s: WWW-Authenticate %q", what, got)
	}
}

// WantMe fails the test unless /api/v1/me has answered with a user name.
func WantMe(t testing.TB, what string, e Exchange, username string) {
	t.Helper()
	if e.Status != 200 || e.Body != `{"username":"`+username+`"}`+"\n" {
		t.Errorf("%s: %d %s", what, e.Status, e.Body)
	}
}
