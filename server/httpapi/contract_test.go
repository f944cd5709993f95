package httpapi_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// wantKeys fails the test unless an object has these names; it may have more.
func wantKeys(t testing.TB, what string, object map[string]any, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, ok := object[name]; !ok {
			t.Errorf("%s lacks %q: %v", what, name, object)
		}
	}
}

// Every second step lists the other methods, as an empty list if there are none (R40).
func TestAlternativesAreAList(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	id := w.DoJSON("POST", "/api/v1/ceremonies", "", `{"kind":"sign-in"}`).Object(t)["id"].(string)
	e := w.DoJSON("POST", "/api/v1/ceremonies/"+id, "", `{"rev":1,"input":{"type":"credentials","username":"cyd","password":"correct horse battery"}}`)
	step := e.Object(t)["step"].(map[string]any)
	if others, ok := step["alternatives"].([]any); step["type"] != "enter-code" || !ok || len(others) != 0 {
		t.Errorf("the only method: %s", e.Body)
	}
}

// A client that uses only what docs/api.md describes can complete the ceremonies.
func TestCeremonyOverTheWire(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	e := w.DoJSON("POST", "/api/v1/ceremonies", "", `{"kind":"sign-in"}`)
	if e.Status != http.StatusCreated || e.Header.Get("Content-Type") != servertest.JSONType {
		t.Fatalf("begin: %d %v %s", e.Status, e.Header, e.Body)
	}
	if marked := w.DoJSON("POST", "/api/v1/ceremonies", "", "\ufeff"+`{"kind":"sign-in"}`); marked.Status != http.StatusCreated {
		t.Errorf("a body with a byte order mark: %d %s", marked.Status, marked.Body)
	}
	view := e.Object(t)
	wantKeys(t, "a view", view, "id", "kind", "state", "rev", "expires", "step", "refusal")
	if view["kind"] != "sign-in" || view["rev"] != 1.0 || view["refusal"] != nil ||
		view["step"].(map[string]any)["type"] != "enter-credentials" {
		t.Errorf("view %s", e.Body)
	}
	path := "/api/v1/ceremonies/" + view["id"].(string)

	e = w.DoJSON("POST", path, "", `{"rev":1,"input":{"type":"credentials","username":"ada","password":"wrong"}}`)
	view = e.Object(t)
	refusal, _ := view["refusal"].(map[string]any)
	if e.Status != 200 || refusal["code"] != "invalid_credentials" || view["rev"] != 2.0 {
		t.Errorf("a refused input: %d %s", e.Status, e.Body)
	}
	wantKeys(t, "a refusal", refusal, "code", "title", "detail")

	stale := w.DoJSON("POST", path, "", `{"rev":1,"input":{"type":"credentials","username":"ada","password":"wrong"}}`)
	if got := stale.Object(t); stale.Status != 200 || got["rev"] != 2.0 {
		t.Errorf("a stale revision: %d %s", stale.Status, stale.Body)
	}
	for what, rev := range map[string]string{"no": ``, "null as": `"rev":null,`, "zero as": `"rev":0,`, "a word as": `"rev":"two",`} {
		e := w.DoJSON("POST", path, "", `{`+rev+`"input":{"type":"credentials","username":"ada","password":"correct horse battery"}}`)
		if p := e.Problem(t); e.Status != 400 || p.Code != api.Malformed || p.Field != "rev" {
			t.Errorf("%s revision: %d %s", what, e.Status, e.Body)
		}
	}
	again := w.DoJSON("GET", path, "", "")
	if got := again.Object(t); again.Status != 200 || got["rev"] != 2.0 || got["id"] != view["id"] {
		t.Errorf("look again: %d %s", again.Status, again.Body)
	}

	e = w.DoJSON("POST", path, "", `{"rev":2,"input":{"type":"credentials","username":"ada","password":"correct horse battery"}}`)
	step := e.Object(t)["step"].(map[string]any)
	if e.Status != 200 || step["type"] != "signed-in" {
		t.Fatalf("signing in: %d %s", e.Status, e.Body)
	}
	wantKeys(t, "signed-in", step, "session_token", "account")
	token := step["session_token"].(string)

	for _, call := range [][3]string{{"GET", path, ""}, {"POST", path, `{"rev":3,"input":{"type":"continue"}}`}, {"DELETE", path, ""}, {"GET", "/api/v1/ceremonies/nonsense", ""}} {
		if e := w.DoJSON(call[0], call[1], token, call[2]); e.Status != 404 || e.Problem(t).Code != api.NotFound {
			t.Errorf("%s of a finished ceremony: %d %s", call[0], e.Status, e.Body)
		}
	}

	// Other callers cannot access the ceremony of a session. Its own can cancel it.
	e = w.DoJSON("POST", "/api/v1/ceremonies", token, `{"kind":"enroll-app"}`)
	view = e.Object(t)
	path = "/api/v1/ceremonies/" + view["id"].(string)
	if e.Status != 201 || view["step"].(map[string]any)["type"] != "overview" {
		t.Errorf("enroll-app: %d %s", e.Status, e.Body)
	}
	for who, other := range map[string]string{"nobody": "", "another": w.SignIn("dot").Token(), "another session": w.SignIn("ada").Token()} {
		if e := w.DoJSON("GET", path, other, ""); e.Status != 404 {
			t.Errorf("%s sees it: %d %s", who, e.Status, e.Body)
		}
	}
	if e := w.DoJSON("DELETE", path, token, ""); e.Status != 204 || e.Body != "" {
		t.Errorf("cancel: %d %s", e.Status, e.Body)
	}
	if e := w.DoJSON("GET", path, token, ""); e.Status != 404 {
		t.Errorf("after cancelling: %d %s", e.Status, e.Body)
	}
	if e := w.DoJSON("POST", "/api/v1/sign-out", token, ""); e.Status != 204 {
		t.Errorf("sign out: %d %s", e.Status, e.Body)
	}
	if e := w.DoJSON("GET", path, token, ""); e.Status != 401 || e.Problem(t).Code != api.SignInRequired {
		t.Errorf("with an ended session: %d %s", e.Status, e.Body)
	}
}

func TestBeginRefused(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	token := w.SignIn("ada").Token()
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
		e := w.DoJSON("POST", "/api/v1/ceremonies", tt.token, tt.body)
		if p := e.Problem(t); e.Status != tt.status || p.Code != tt.code || p.Field != tt.field {
			t.Errorf("%s: %d %s, want %d %s %q", tt.body, e.Status, e.Body, tt.status, tt.code, tt.field)
		}
	}
	// A client whose session has ended can still sign in.
	if e := w.DoJSON("POST", "/api/v1/ceremonies", "nls_x", `{"kind":"sign-in"}`); e.Status != 201 {
		t.Errorf("sign-in with an ended session: %d %s", e.Status, e.Body)
	}
}

// Every resource has the fields that docs/api.md names, and arrays are never null.
func TestResourceShapes(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	w.AddKey("bob", "Desk")
	token := c.Token()
	account := w.DoJSON("GET", "/api/v1/account", token, "").Object(t)
	wantKeys(t, "account", account, "username", "email", "email_confirmed", "phone", "phone_verified", "discoverable",
		"two_factor", "methods", "last_method", "backup_codes", "policy")
	wantKeys(t, "methods", account["methods"].(map[string]any), "text", "app", "keys", "login_request")
	wantKeys(t, "backup_codes", account["backup_codes"].(map[string]any), "active", "next")

	made := w.DoJSON("POST", "/api/v1/backup-codes", token, "")
	if made.Status != 201 {
		t.Errorf("backup code: %d %s", made.Status, made.Body)
	}
	wantKeys(t, "a new backup code", made.Object(t), "number", "code")
	made = w.DoJSON("POST", "/api/v1/temporary-passwords", token, `{"label":"Mail"}`)
	if made.Status != 201 {
		t.Errorf("temporary password: %d %s", made.Status, made.Body)
	}
	wantKeys(t, "a new temporary password", made.Object(t), "id", "password", "expires")

	for path, names := range map[string][]string{
		"/api/v1/keys":                {"id", "label", "transports", "added", "last_used"},
		"/api/v1/backup-codes":        {"number", "state", "created"},
		"/api/v1/temporary-passwords": {"id", "label", "created", "expires", "last_used", "uses", "state"},
		"/api/v1/sessions":            {"id", "client", "place", "created", "last_seen", "expires", "current"},
		"/api/v1/activity":            {"cursor", "at", "type"},
	} {
		e := w.DoJSON("GET", path, token, "")
		var list []map[string]any
		if err := json.Unmarshal([]byte(e.Body), &list); err != nil || len(list) == 0 {
			t.Errorf("%s: %v %s", path, err, e.Body)
			continue
		}
		wantKeys(t, path, list[0], names...)
	}
	empty := w.SignIn("dot").Token()
	for _, path := range []string{"/api/v1/keys", "/api/v1/backup-codes", "/api/v1/temporary-passwords"} {
		if e := w.DoJSON("GET", path, empty, ""); e.Body != "[]\n" {
			t.Errorf("%s when empty: %s", path, e.Body)
		}
	}
}
