package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
)

// object reads an exchange's body as a JSON object.
func (e exchange) object(t testing.TB) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(e.body), &out); err != nil {
		t.Fatalf("%v: %s", err, e.body)
	}
	return out
}

// wantKeys fails unless an object has at least these names.
func wantKeys(t testing.TB, what string, object map[string]any, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, ok := object[name]; !ok {
			t.Errorf("%s lacks %q: %v", what, name, object)
		}
	}
}

func (w *world) json(method, path, token, body string) exchange {
	w.t.Helper()
	header := []string{"Content-Type", jsonType}
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return w.do(method, path, body, header...)
}

// Every second step lists the other ways, also where there are none (R40).
func TestAlternativesAreAList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.json("POST", "/api/v1/ceremonies", "", `{"kind":"sign-in"}`).object(t)["id"].(string)
	e := w.json("POST", "/api/v1/ceremonies/"+id, "", `{"rev":1,"input":{"type":"credentials","username":"cyd","password":"correct horse battery"}}`)
	step := e.object(t)["step"].(map[string]any)
	if others, ok := step["alternatives"].([]any); step["type"] != "enter-code" || !ok || len(others) != 0 {
		t.Errorf("the only method: %s", e.body)
	}
}

// The contract's ceremonies as a client that knows nothing but the contract
// sends and reads them.
func TestCeremonyOverTheWire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.json("POST", "/api/v1/ceremonies", "", `{"kind":"sign-in"}`)
	if e.status != http.StatusCreated || e.header.Get("Content-Type") != jsonType {
		t.Fatalf("begin: %d %v %s", e.status, e.header, e.body)
	}
	view := e.object(t)
	wantKeys(t, "a view", view, "id", "kind", "state", "rev", "expires", "step", "refusal")
	if view["kind"] != "sign-in" || view["rev"] != 1.0 || view["refusal"] != nil ||
		view["step"].(map[string]any)["type"] != "enter-credentials" {
		t.Errorf("view %s", e.body)
	}
	path := "/api/v1/ceremonies/" + view["id"].(string)

	e = w.json("POST", path, "", `{"rev":1,"input":{"type":"credentials","username":"ada","password":"wrong"}}`)
	view = e.object(t)
	refusal, _ := view["refusal"].(map[string]any)
	if e.status != 200 || refusal["code"] != "invalid_credentials" || view["rev"] != 2.0 {
		t.Errorf("a refused input: %d %s", e.status, e.body)
	}
	wantKeys(t, "a refusal", refusal, "code", "title", "detail")

	stale := w.json("POST", path, "", `{"rev":1,"input":{"type":"credentials","username":"ada","password":"wrong"}}`)
	if got := stale.object(t); stale.status != 200 || got["rev"] != 2.0 {
		t.Errorf("a stale revision: %d %s", stale.status, stale.body)
	}
	for what, rev := range map[string]string{"no": ``, "null as": `"rev":null,`, "zero as": `"rev":0,`, "a word as": `"rev":"two",`} {
		e := w.json("POST", path, "", `{`+rev+`"input":{"type":"credentials","username":"ada","password":"correct horse battery"}}`)
		if p := e.problem(t); e.status != 400 || p.Code != api.Malformed || p.Field != "rev" {
			t.Errorf("%s revision: %d %s", what, e.status, e.body)
		}
	}
	again := w.json("GET", path, "", "")
	if got := again.object(t); again.status != 200 || got["rev"] != 2.0 || got["id"] != view["id"] {
		t.Errorf("look again: %d %s", again.status, again.body)
	}

	e = w.json("POST", path, "", `{"rev":2,"input":{"type":"credentials","username":"ada","password":"correct horse battery"}}`)
	step := e.object(t)["step"].(map[string]any)
	if e.status != 200 || step["type"] != "signed-in" {
		t.Fatalf("signing in: %d %s", e.status, e.body)
	}
	wantKeys(t, "signed-in", step, "session_token", "account")
	token := step["session_token"].(string)

	for _, call := range [][3]string{{"GET", path, ""}, {"POST", path, `{"rev":3,"input":{"type":"continue"}}`}, {"DELETE", path, ""}, {"GET", "/api/v1/ceremonies/nonsense", ""}} {
		if e := w.json(call[0], call[1], token, call[2]); e.status != 404 || e.problem(t).Code != api.NotFound {
			t.Errorf("%s of a finished ceremony: %d %s", call[0], e.status, e.body)
		}
	}

	// A ceremony of a session is nobody else's, and can be cancelled.
	e = w.json("POST", "/api/v1/ceremonies", token, `{"kind":"enroll-app"}`)
	view = e.object(t)
	path = "/api/v1/ceremonies/" + view["id"].(string)
	if e.status != 201 || view["step"].(map[string]any)["type"] != "overview" {
		t.Errorf("enroll-app: %d %s", e.status, e.body)
	}
	for who, other := range map[string]string{"nobody": "", "another": w.signIn("dot").Token(), "another session": w.signIn("ada").Token()} {
		if e := w.json("GET", path, other, ""); e.status != 404 {
			t.Errorf("%s sees it: %d %s", who, e.status, e.body)
		}
	}
	if e := w.json("DELETE", path, token, ""); e.status != 204 || e.body != "" {
		t.Errorf("cancel: %d %s", e.status, e.body)
	}
	if e := w.json("GET", path, token, ""); e.status != 404 {
		t.Errorf("after cancelling: %d %s", e.status, e.body)
	}
	if e := w.json("POST", "/api/v1/sign-out", token, ""); e.status != 204 {
		t.Errorf("sign out: %d %s", e.status, e.body)
	}
	if e := w.json("GET", path, token, ""); e.status != 401 || e.problem(t).Code != api.SignInRequired {
		t.Errorf("with an ended session: %d %s", e.status, e.body)
	}
}

func TestBeginRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.signIn("ada").Token()
	for _, tt := range []struct {
		token, body, code string
		status            int
		field             string
	}{
		{"", `{"kind":"enroll-text"}`, api.SignInRequired, 401, ""},
		{"nls_x", `{"kind":"enroll-text"}`, api.SignInRequired, 401, ""},
		{token, `{"kind":"recover"}`, api.Malformed, 400, "kind"},
		{token, `{"kind":""}`, api.Malformed, 400, "kind"},
		{token, `{}`, api.Malformed, 400, "kind"},
		{token, `{"kind":5}`, api.Malformed, 400, "kind"},
		{token, `{"kind":"turn-off"}`, api.Malformed, 400, "method"},
		{token, `{"kind":"turn-off","method":"text"}`, api.Conflict, 409, ""},
		{token, ``, api.Malformed, 400, "body"},
		{token, `nonsense`, api.Malformed, 400, "body"},
		{token, `[]`, api.Malformed, 400, "body"},
		{token, `{"kind":"sign-in"} {}`, api.Malformed, 400, "body"},
		{token, "{\"kind\":\"\xff\"}", api.Malformed, 400, "body"},
	} {
		e := w.json("POST", "/api/v1/ceremonies", tt.token, tt.body)
		if p := e.problem(t); e.status != tt.status || p.Code != tt.code || p.Field != tt.field {
			t.Errorf("%s: %d %s, want %d %s %q", tt.body, e.status, e.body, tt.status, tt.code, tt.field)
		}
	}
	// A session that has ended is no reason not to sign in again.
	if e := w.json("POST", "/api/v1/ceremonies", "nls_x", `{"kind":"sign-in"}`); e.status != 201 {
		t.Errorf("sign-in with an ended session: %d %s", e.status, e.body)
	}
}

// Every resource has the fields that the contract names, arrays are never null.
func TestResourceShapes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("bob")
	w.addKey("bob", "Desk")
	token := c.Token()
	account := w.json("GET", "/api/v1/account", token, "").object(t)
	wantKeys(t, "account", account, "username", "email", "email_confirmed", "phone", "phone_verified", "discoverable",
		"two_factor", "methods", "last_method", "backup_codes", "policy")
	wantKeys(t, "methods", account["methods"].(map[string]any), "text", "app", "keys", "login_request")
	wantKeys(t, "backup_codes", account["backup_codes"].(map[string]any), "active", "next")

	made := w.json("POST", "/api/v1/backup-codes", token, "")
	if made.status != 201 {
		t.Errorf("backup code: %d %s", made.status, made.body)
	}
	wantKeys(t, "a new backup code", made.object(t), "number", "code")
	made = w.json("POST", "/api/v1/temporary-passwords", token, `{"label":"Mail"}`)
	if made.status != 201 {
		t.Errorf("temporary password: %d %s", made.status, made.body)
	}
	wantKeys(t, "a new temporary password", made.object(t), "id", "password", "expires")

	for path, names := range map[string][]string{
		"/api/v1/keys":                {"id", "label", "transports", "added", "last_used"},
		"/api/v1/backup-codes":        {"number", "state", "created"},
		"/api/v1/temporary-passwords": {"id", "label", "created", "expires", "last_used", "uses", "state"},
		"/api/v1/sessions":            {"id", "client", "place", "created", "last_seen", "expires", "current"},
		"/api/v1/activity":            {"cursor", "at", "type"},
	} {
		e := w.json("GET", path, token, "")
		var list []map[string]any
		if err := json.Unmarshal([]byte(e.body), &list); err != nil || len(list) == 0 {
			t.Errorf("%s: %v %s", path, err, e.body)
			continue
		}
		wantKeys(t, path, list[0], names...)
	}
	empty := w.signIn("dot").Token()
	for _, path := range []string{"/api/v1/keys", "/api/v1/backup-codes", "/api/v1/temporary-passwords"} {
		if e := w.json("GET", path, empty, ""); e.body != "[]\n" {
			t.Errorf("%s when empty: %s", path, e.body)
		}
	}
}

// What net/http would answer with plain text or a redirect is a problem here.
func TestNoSuchRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		"/", "/api", "/api/v1", "/api/v1/", "/api/v1/account/", "/api/v1/nothing", "/api//v1/about", "/api/v1/../v1/about",
		"/api/v1/./about", "/api/v1/about/..", "/lab", "/lab/v1", "/lab/v1/nothing", "/oauth", "/oauth/token/", "/api/v1/keys/a/b", "/api/v1/login-requests",
	} {
		e := w.do("GET", path, "")
		if p := e.problem(t); e.status != 404 || p.Code != api.NotFound {
			t.Errorf("%s: %d %s", path, e.status, e.body)
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
		e := w.do(method, path, "")
		if allow == "" {
			if e.status != 404 {
				t.Errorf("%s: %d", call, e.status)
			}
			continue
		}
		if e.status != 405 || e.header.Get("Allow") != allow {
			t.Errorf("%s: %d Allow %q", call, e.status, e.header.Get("Allow"))
		}
		if method != "HEAD" && e.problem(t).Code != api.MethodNotAllowed {
			t.Errorf("%s: %s", call, e.body)
		}
		if e := w.do("OPTIONS", path, ""); e.status != 204 || e.header.Get("Allow") != allow || e.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("OPTIONS %s: %d %v", path, e.status, e.header)
		}
	}
	get, head := w.do("GET", "/api/v1/about", ""), w.do("HEAD", "/api/v1/about", "")
	if head.status != 200 || head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
		t.Errorf("HEAD: %+v", head)
	}
}

// Without the lab there is no lab.
func TestNoLab(t *testing.T) {
	t.Parallel()
	w := newWorld(t, noLab)
	for _, call := range []string{"GET /lab/v1/clock", "POST /lab/v1/reset", "PUT /lab/v1/clock", "GET /lab/v1/mail"} {
		method, path, _ := strings.Cut(call, " ")
		if e := w.do(method, path, ""); e.status != 404 || e.problem(t).Code != api.NotFound {
			t.Errorf("%s: %d %s", call, e.status, e.body)
		}
	}
	if must[api.About](t)(w.client.About(t.Context())).Lab {
		t.Error("about says there is a lab")
	}
}

// Any body is JSON and says so: what a page of another site can send is not.
func TestContentType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := "Bearer " + w.signIn("bob").Token()
	for kind, want := range map[string]int{
		"": 400, "text/plain": 400, "application/x-www-form-urlencoded": 400, "multipart/form-data; boundary=x": 400,
		"application/jsonp": 400, "json": 400, "application/json; charset=utf-8": 201, "Application/JSON": 201,
	} {
		e := w.do("POST", "/api/v1/ceremonies", `{"kind":"sign-in"}`, "Content-Type", kind)
		if e.status != want || want == 400 && e.problem(t).Field != "Content-Type" {
			t.Errorf("%q: %d %s", kind, e.status, e.body)
		}
	}
	// A route without a body takes none, whatever it is called, and an empty object.
	for _, tt := range []struct {
		kind, body string
		status     int
	}{{"", "", 201}, {"application/x-www-form-urlencoded", "", 201}, {jsonType, "{}", 201}, {jsonType, "\n", 409}, {jsonType, "{", 400}, {"text/plain", "x", 400}} {
		e := w.do("POST", "/api/v1/backup-codes", tt.body, "Content-Type", tt.kind, "Authorization", token)
		if e.status != tt.status {
			t.Errorf("%q %q: %d %s", tt.kind, tt.body, e.status, e.body)
		}
	}
}

// The topics of the wire types are those of the hub, in its order.
func TestTopics(t *testing.T) {
	t.Parallel()
	want := []string{"account", "keys", "backup-codes", "temporary-passwords", "sessions", "activity", "ceremony", "messages"}
	if !slices.Equal(api.Topics(), want) {
		t.Errorf("topics %v", api.Topics())
	}
}
