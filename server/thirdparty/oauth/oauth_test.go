package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/thirdparty"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A fixedResult is a Checker and an Issuer that always return the same.
type fixedResult struct {
	id     thirdparty.Identity
	err    error
	issue  error
	asked  thirdparty.Attempt
	issued time.Time
}

func (v *fixedResult) Check(_ context.Context, a thirdparty.Attempt) (thirdparty.Identity, error) {
	v.asked = a
	return v.id, v.err
}

func (v *fixedResult) Issue(_ thirdparty.Identity, until time.Time) (string, error) {
	v.issued = until
	return "nlo_token", v.issue
}

func (v *fixedResult) ask(t *testing.T, body string) (*httptest.ResponseRecorder, map[string]any, error) {
	t.Helper()
	var failed error
	h, err := New(Config{
		Checker: v, Issuer: v, Now: func() time.Time { return noon },
		From: func(*http.Request) (string, string) { return "curl 8.5.0", "127.0.0.1" },
		Fail: func(_ *http.Request, err error) { failed = err },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/oauth/token", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	var out map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	return rec, out, failed
}

const form = "grant_type=password&username=ada&password=a%2Bb+c&scope=everything"

func TestGrant(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		until time.Time
		want  float64
	}{
		"account password":         {time.Time{}, 3600},
		"temporary, half an hour":  {noon.Add(30 * time.Minute), 1800},
		"temporary, longer than 1": {noon.Add(2 * time.Hour), 3600},
	} {
		v := &fixedResult{id: thirdparty.Identity{Account: "a", Until: tt.until}}
		rec, out, failed := v.ask(t, form)
		if rec.Code != 200 || out["expires_in"] != tt.want || out["access_token"] != "nlo_token" || out["scope"] != Scope || failed != nil {
			t.Errorf("%s: %d %s, %v", name, rec.Code, rec.Body, failed)
		}
		if !v.issued.Equal(noon.Add(time.Duration(tt.want) * time.Second)) {
			t.Errorf("%s: issued until %v", name, v.issued)
		}
		want := thirdparty.Attempt{Username: "ada", Secret: "a+b c", Protocol: thirdparty.OAuth, Client: "curl 8.5.0", Address: "127.0.0.1"}
		if v.asked != want {
			t.Errorf("%s: asked %+v", name, v.asked)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct {
		status      int
		name, after string
	}{
		api.InvalidCredentials:        {400, invalidGrant, ""},
		api.TemporaryPasswordRequired: {400, invalidGrant, ""},
		api.Throttled:                 {429, invalidGrant, "30"},
		api.Unavailable:               {503, temporarilyUnavailable, "30"},
	} {
		refusal := &thirdparty.Refusal{Code: code}
		if want.after != "" {
			refusal.RetryAt = noon.Add(30 * time.Second)
		}
		rec, out, failed := (&fixedResult{err: refusal}).ask(t, form)
		if rec.Code != want.status || out["error"] != want.name || out["code"] != code || rec.Header().Get("Retry-After") != want.after || failed != nil {
			t.Errorf("%s: %d %v %s, %v", code, rec.Code, rec.Header(), rec.Body, failed)
		}
	}
}

// TestServerErrors: an internal error is reported, and the answer does not contain it.
func TestServerErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is full of ada's secrets")
	for _, v := range []*fixedResult{{err: broken}, {issue: broken}} {
		rec, out, failed := v.ask(t, form)
		if rec.Code != 503 || out["error"] != temporarilyUnavailable || strings.Contains(rec.Body.String(), "secret") || !errors.Is(failed, broken) {
			t.Errorf("%d %s, %v", rec.Code, rec.Body, failed)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("an empty configuration was accepted")
	}
}

func FuzzForm(f *testing.F) {
	f.Add(form)
	f.Add("grant_type=password&username=%zz")
	f.Fuzz(func(t *testing.T, body string) {
		rec, out, _ := (&fixedResult{}).ask(t, body)
		if (rec.Code == 200) != (out["access_token"] != nil) || rec.Code != 200 && out["error"] == nil {
			t.Errorf("%q: %d %s", body, rec.Code, rec.Body)
		}
	})
}
