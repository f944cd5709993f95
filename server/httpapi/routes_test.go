package httpapi_test

import (
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// Where net/http would answer with plain text or a redirect, the answer is a problem.
func TestNoSuchRoute(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, path := range []string{
		"/", "/api", "/api/v1", "/api/v1/", "/api/v1/account/", "/api/v1/nothing", "/api//v1/about", "/api/v1/../v1/about",
		"/api/v1/./about", "/api/v1/about/..", "/lab", "/lab/v1", "/lab/v1/nothing", "/oauth", "/oauth/token/", "/api/v1/keys/a/b", "/api/v1/login-requests/a/b",
	} {
		e := w.Do("GET", path, "")
		if p := e.Problem(t); e.Status != 404 || p.Code != api.NotFound {
			t.Errorf("%s: %d %s", path, e.Status, e.Body)
		}
	}
	for call, allow := range map[string]string{
		"POST /api/v1/about":              "GET, HEAD, OPTIONS",
		"PUT /api/v1/ceremonies":          "OPTIONS, POST",
		"PATCH /api/v1/ceremonies/x":      "DELETE, GET, HEAD, OPTIONS, POST",
		"GET /api/v1/sign-out":            "OPTIONS, POST",
		"DELETE /api/v1/backup-codes":     "GET, HEAD, OPTIONS, POST",
		"TRACE /api/v1/keys":              "GET, HEAD, OPTIONS",
		"DELETE /api/v1/events":           "GET, HEAD, OPTIONS",
		"BREW /api/v1/sessions":           "DELETE, GET, HEAD, OPTIONS",
		"HEAD /api/v1/phone":              "DELETE, OPTIONS",
		"POST /api/v1/backup-codes/x/y/z": "",
	} {
		method, path, _ := strings.Cut(call, " ")
		e := w.Do(method, path, "")
		if allow == "" {
			if e.Status != 404 {
				t.Errorf("%s: %d", call, e.Status)
			}
			continue
		}
		if e.Status != 405 || e.Header.Get("Allow") != allow {
			t.Errorf("%s: %d Allow %q", call, e.Status, e.Header.Get("Allow"))
		}
		if method != "HEAD" && e.Problem(t).Code != api.MethodNotAllowed {
			t.Errorf("%s: %s", call, e.Body)
		}
		if e := w.Do("OPTIONS", path, ""); e.Status != 204 || e.Header.Get("Allow") != allow || e.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("OPTIONS %s: %d %v", path, e.Status, e.Header)
		}
	}
	get, head := w.Do("GET", "/api/v1/about", ""), w.Do("HEAD", "/api/v1/about", "")
	if head.Status != 200 || head.Body != "" || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
		t.Errorf("HEAD: %+v", head)
	}
}

// Without Config.Lab, the routes of the lab do not exist.
func TestNoLab(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithoutLab)
	for _, call := range []string{"GET /lab/v1/clock", "POST /lab/v1/reset", "PUT /lab/v1/clock", "GET /lab/v1/mail"} {
		method, path, _ := strings.Cut(call, " ")
		if e := w.Do(method, path, ""); e.Status != 404 || e.Problem(t).Code != api.NotFound {
			t.Errorf("%s: %d %s", call, e.Status, e.Body)
		}
	}
	if servertest.Must[api.About](t)(w.Client.About(t.Context())).Lab {
		t.Error("about says there is a lab")
	}
}

// A body must have the content type of JSON. A page of another site cannot send that.
func TestContentType(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	token := "Bearer " + w.SignIn("bob").Token()
	for kind, want := range map[string]int{
		"": 400, "text/plain": 400, "application/x-www-form-urlencoded": 400, "multipart/form-data; boundary=x": 400,
		"application/jsonp": 400, "json": 400, "application/json; charset=utf-8": 201, "Application/JSON": 201,
	} {
		e := w.Do("POST", "/api/v1/ceremonies", `{"kind":"sign-in"}`, "Content-Type", kind)
		if e.Status != want || want == 400 && e.Problem(t).Field != "Content-Type" {
			t.Errorf("%q: %d %s", kind, e.Status, e.Body)
		}
	}
	// A route without a body accepts an empty body of any content type, and an empty
	// object.
	for _, tt := range []struct {
		kind, body string
		status     int
	}{{"", "", 201}, {"application/x-www-form-urlencoded", "", 201}, {servertest.JSONType, "{}", 201}, {servertest.JSONType, "\n", 409}, {servertest.JSONType, "{", 400}, {"text/plain", "x", 400}} {
		e := w.Do("POST", "/api/v1/backup-codes", tt.body, "Content-Type", tt.kind, "Authorization", token)
		if e.Status != tt.status {
			t.Errorf("%q %q: %d %s", tt.kind, tt.body, e.Status, e.Body)
		}
	}
}
