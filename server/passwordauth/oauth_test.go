package passwordauth_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

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

	// The token is accepted by no other route, and cannot get another token
	// (GHSA-683j-3ff6-hh2x).
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

// A token ends with the credential that it was issued for.
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
		t.Errorf("it is valid for %v s", out["expires_in"])
	}
	servertest.WantMe(t, "account password", w.MeWithToken(token), "ada")
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

// R80: a token that ended when two-factor was turned on stays ended when
// two-factor is turned off again.
func TestOAuthTokenDoesNotRevive(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	_, out := w.OAuthToken("ada", servertest.Password)
	token := out["access_token"].(string)
	servertest.WantMe(t, "before", w.MeWithToken(token), "ada")
	change := func(fn func(tx store.Tx, a *account.Account) error) {
		t.Helper()
		err := w.Store.Update(t.Context(), func(tx store.Tx) error {
			a, err := account.ByLogin(tx, "ada")
			if err != nil {
				return err
			}
			return fn(tx, a)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(func(tx store.Tx, a *account.Account) error {
		a.Phone, a.PhoneVerified, a.TextOn = "+12025550188", true, true
		a.MethodAdded(tx)
		return account.Save(tx, a)
	})
	if e := w.MeWithToken(token); e.Status != 401 {
		t.Errorf("two-factor on: %d %s", e.Status, e.Body)
	}
	change(func(tx store.Tx, a *account.Account) error {
		a.TextOn = false
		_, err := account.Settle(tx, a)
		return err
	})
	if e := w.MeWithToken(token); e.Status != 401 {
		t.Errorf("two-factor off again: %d %s", e.Status, e.Body)
	}
	_, out = w.OAuthToken("ada", servertest.Password)
	servertest.WantMe(t, "a new one", w.MeWithToken(out["access_token"].(string)), "ada")
}

// Refusals have the form of RFC 6749 §5.2, and also our codes and texts.
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
