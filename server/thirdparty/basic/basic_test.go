package basic

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/thirdparty"
)

func request(authorization string) *http.Request {
	r := &http.Request{Header: http.Header{}}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct {
		name, in, username, secret string
		present                    bool
	}{
		{name: "none"},
		{name: "another scheme", in: "Bearer x"},
		{name: "plain", in: "Basic " + encode("ada:secret"), username: "ada", secret: "secret", present: true},
		{name: "scheme in capitals", in: "BASIC " + encode("ada:secret"), username: "ada", secret: "secret", present: true},
		{name: "colons in the secret", in: "Basic " + encode("ada:a:b"), username: "ada", secret: "a:b", present: true},
		{name: "UTF-8", in: "Basic " + encode("ada:schön"), username: "ada", secret: "schön", present: true},
		{name: "no colon", in: "Basic " + encode("ada"), present: true},
		{name: "no base64", in: "Basic ???", present: true},
		{name: "Latin-1", in: "Basic " + encode("ada:sch\xf6n"), present: true},
		{name: "the scheme alone", in: "Basic"},
	} {
		r := request(tt.in)
		if got := Present(r); got != tt.present {
			t.Errorf("%s: present is %v", tt.name, got)
		}
		want := thirdparty.Attempt{Username: tt.username, Secret: tt.secret, Protocol: thirdparty.HTTPBasic}
		if got := Attempt(r); got != want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, want)
		}
	}
}

// TestTwoFields: a proxy before the server might have checked the other field.
func TestTwoFields(t *testing.T) {
	t.Parallel()
	r := request("Basic YWRhOng=")
	r.Header.Add("Authorization", "Basic Ym9iOng=")
	if Present(r) {
		t.Error("two Authorization fields count as one")
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for code, want := range map[string]int{
		api.InvalidCredentials: 401, api.TemporaryPasswordRequired: 401, api.TemporaryPasswordExpired: 401,
		api.BackupCodeNotAccepted: 401, api.Throttled: 429, api.Unavailable: 503,
	} {
		p := Problem(&thirdparty.Refusal{Code: code, Rule: "R80", RetryAt: at})
		if p.Status != want || p.Code != code || p.Rule != "R80" || !p.RetryAt.Equal(at) || p.Detail == "" ||
			(p.Reason == "") == (want == 429 || want == 503) {
			t.Errorf("%s: %+v", code, p)
		}
	}
}

func FuzzAttempt(f *testing.F) {
	f.Add("Basic YWRhOng=")
	f.Add("Basic ")
	f.Fuzz(func(t *testing.T, text string) {
		a := Attempt(request(text))
		if a.Protocol != thirdparty.HTTPBasic || (a.Username != "" || a.Secret != "") && !Present(request(text)) {
			t.Errorf("%q is %+v", text, a)
		}
	})
}
