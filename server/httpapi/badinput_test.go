package httpapi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// step returns a function that begins a ceremony, answers the steps before the tested
// one, and returns the ceremony's path and revision.
func step(kind string, before ...string) func(w *servertest.World, token string) (string, int) {
	return func(w *servertest.World, token string) (string, int) {
		w.T.Helper()
		v := w.DoJSON("POST", "/api/v1/ceremonies", token, `{"kind":"`+kind+`"}`).Object(w.T)
		path := "/api/v1/ceremonies/" + v["id"].(string)
		for _, input := range before {
			v = w.DoJSON("POST", path, token, fmt.Sprintf(`{"rev":%v,"input":%s}`, v["rev"], input)).Object(w.T)
			if v["refusal"] != nil {
				w.T.Fatalf("%s: %v", input, v)
			}
		}
		return path, int(v["rev"].(float64))
	}
}

// Every text field gets input that no person types. The answer is "malformed" with the
// field's name, or a refusal, and nothing in the store changes.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const credentials = `{"type":"credentials","username":"cyd","password":"correct horse battery"}`
	for _, f := range []struct {
		what, person, name string
		begin              func(*servertest.World, string) (string, int) // nil: a resource
		method, path, body string
		optional           bool // may be empty or missing
		spaces             bool // may be spaces: a password
		anyName            bool // a name to sign in with, which may be unknown
	}{
		{what: "sign-up user name", name: "username", begin: step("sign-up"), body: `{"type":"credentials","username":%s,"password":"a fine passphrase"}`},
		{what: "sign-up password", name: "password", begin: step("sign-up"), body: `{"type":"credentials","username":"newcomer","password":%s}`},
		{what: "sign-in user name", name: "username", begin: step("sign-in"), body: `{"type":"credentials","username":%s,"password":"x"}`, anyName: true},
		{what: "sign-in password", name: "password", begin: step("sign-in"), body: `{"type":"credentials","username":"ada","password":%s}`, spaces: true},
		{what: "sign-in code", name: "code", begin: step("sign-in", credentials), body: `{"type":"code","code":%s}`},
		{what: "chosen method", name: "method", begin: step("sign-in", credentials), body: `{"type":"choose-method","method":%s}`},
		{what: "backup code", name: "code", begin: step("sign-in", strings.Replace(credentials, "cyd", "bob", 1), `{"type":"choose-method","method":"backup-code"}`), body: `{"type":"code","code":%s}`},
		{what: "password again", person: "ada", name: "password", begin: step("reauthenticate"), body: `{"type":"password","password":%s}`, spaces: true},
		{what: "email", person: "ada", name: "address", begin: step("enroll-app", `{"type":"continue"}`), body: `{"type":"email","address":%s}`},
		{what: "email code", person: "ada", name: "code", begin: step("enroll-app", `{"type":"continue"}`, `{"type":"email","address":"ada@example.org"}`), body: `{"type":"code","code":%s}`},
		{what: "phone", person: "cyd", name: "number", begin: step("enroll-text", `{"type":"continue"}`), body: `{"type":"phone","number":%s}`},
		{what: "text code", person: "cyd", name: "code", begin: step("enroll-text", `{"type":"continue"}`, `{"type":"phone","number":"+12025550147"}`), body: `{"type":"code","code":%s}`},
		{what: "app code", person: "dot", name: "code", begin: step("enroll-app", `{"type":"continue"}`, `{"type":"continue"}`), body: `{"type":"code","code":%s}`},
		{what: "key response", person: "dot", name: "response", begin: step("enroll-key", `{"type":"continue"}`), body: `{"type":"key-response","response":%s}`},
		{what: "new password", person: "ada", name: "password", begin: step("change-password", `{"type":"password","password":"correct horse battery"}`), body: `{"type":"password","password":%s}`},
		{what: "new email", person: "dot", name: "address", begin: step("change-email"), body: `{"type":"email","address":%s}`},
		{what: "new phone", person: "dot", name: "number", begin: step("change-phone"), body: `{"type":"phone","number":%s}`},
		{what: "key label", person: "bob", name: "label", method: "PATCH", path: "/api/v1/keys/KEY", body: `{"label":%s}`},
		{what: "temporary password's label", person: "bob", name: "label", method: "POST", path: "/api/v1/temporary-passwords", body: `{"label":%s}`},
		{what: "temporary password's service", person: "bob", name: "service", method: "POST", path: "/api/v1/temporary-passwords", body: `{"label":"Mail","service":%s}`, optional: true},
		{what: "checked backup code", person: "bob", name: "code", method: "POST", path: "/api/v1/backup-codes/check", body: `{"code":%s}`},
		{what: "kind", name: "kind", method: "POST", path: "/api/v1/ceremonies", body: `{"kind":%s}`},
		{what: "method", person: "bob", name: "method", method: "POST", path: "/api/v1/ceremonies", body: `{"kind":"turn-off","method":%s}`},
	} {
		t.Run(f.what, func(t *testing.T) {
			t.Parallel()
			w := servertest.New(t)
			key, token := w.AddKey("bob", "Desk"), ""
			if f.person != "" {
				token = w.SignInWithoutKey(f.person).Token()
			}
			method, path, body := f.method, strings.Replace(f.path, "KEY", key, 1), f.body
			if f.begin != nil {
				var rev int
				path, rev = f.begin(w, token)
				method, body = "POST", `{"rev":`+strconv.Itoa(rev)+`,"input":`+f.body+`}`
			}
			before := w.Dump()
			for what, value := range map[string]string{
				"empty": `""`, "spaces": `"   "`, "null": `null`,
				"a control character": `"a\u0000b"`, "a line": `"two\nlines"`, "escape": `"\u001b[31mzebra"`,
				"right to left": `"\u202efdp exe!"`, "a mark": `"A d\u200fa"`, "no width": `"\u200b"`,
				"a number": `5`, "a boolean": `true`, "an array": `["x"]`, "an object": `{"x":1}`, "deep": strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
				"60 KB": `"` + strings.Repeat("7", 60000) + `"`,
			} {
				if f.optional && (what == "empty" || what == "null") || f.spaces && what == "spaces" || f.name == "password" && rawSecret[what] || f.anyName && anyName[what] {
					continue
				}
				wantBad(t, what, f.name, w.DoJSON(method, path, token, fmt.Sprintf(body, value)))
			}
			for what, size := range map[string]int{"70 KB": 70 << 10, "10 MB": 10 << 20} {
				e := w.DoJSON(method, path, token, fmt.Sprintf(body, `"`+strings.Repeat("a", size)+`"`))
				if e.Status != 413 || e.Problem(t).Code != api.TooLarge {
					t.Errorf("%s: %d %.300s", what, e.Status, e.Body)
				}
			}
			after := w.Dump()
			for key, value := range after {
				if before[key] != value {
					t.Errorf("changed: %s", key)
				}
			}
			if len(after) != len(before) {
				t.Errorf("keys are gone: %v", missing(before, after))
			}
		})
	}
}

// anyName are inputs that are well-formed but name no account (R42).
var anyName = map[string]bool{"right to left": true, "a mark": true, "a line": true}

// rawSecret are inputs that a password may contain (R0).
var rawSecret = map[string]bool{"right to left": true, "a mark": true, "no width": true}

// wantBad fails the test unless the answer is "malformed" with the field's name, or a
// refusal of the same step.
func wantBad(t *testing.T, what, field string, e servertest.Exchange) {
	t.Helper()
	switch e.Status {
	case 400:
		if p := e.Problem(t); p.Code != api.Malformed || p.Field != field && p.Field != "input."+field {
			t.Errorf("%s: %.300s", what, e.Body)
		}
	case 200:
		refusal, _ := e.Object(t)["refusal"].(map[string]any)
		if refusal == nil {
			t.Errorf("%s: taken: %.300s", what, e.Body)
		} else if code := refusal["code"]; code != api.Malformed && (code != api.PasswordRefused || what != "spaces" && what != "60 KB") || refusal["field"] != field {
			t.Errorf("%s: refusal %v", what, refusal)
		}
	default:
		t.Errorf("%s: %d %.300s", what, e.Status, e.Body)
	}
	if strings.Contains(e.Body, "zebra") || strings.Contains(e.Body, strings.Repeat("7", 100)) {
		t.Errorf("%s: what was sent comes back: %.300s", what, e.Body)
	}
}

func missing(before, after map[string]string) []string {
	var gone []string
	for key := range maps.Keys(before) {
		if _, ok := after[key]; !ok {
			gone = append(gone, key)
		}
	}
	return gone
}

// A required field without a value gets the reason "missing", in every input
// of a ceremony and in every body.
func TestMissingFieldsAreMissing(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	w.ProvePassword(c)
	key := w.AddKey("bob", "Desk")
	steps := map[string]func() api.View{
		"credentials": func() api.View { return w.Begin(w.Client, api.SignIn) },
		"password":    func() api.View { return w.Begin(c, api.Reauthenticate) },
		"email":       func() api.View { return w.Begin(c, api.ChangeEmail) },
		"phone":       func() api.View { return w.Begin(c, api.ChangePhone) },
		"code": func() api.View {
			return w.Answer(c, w.Begin(c, api.ChangeEmail), api.Email{Address: "new@example.org"})
		},
		"key-response": func() api.View { return w.EnrollKeyUntilTouch(c) },
		"choose-method": func() api.View {
			return w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "bob", Password: servertest.Password})
		},
		"label": func() api.View {
			v := w.EnrollKeyUntilTouch(c)
			return w.Answer(c, v, w.NewKey().Create(servertest.CreateOptions(v)))
		},
	}
	for _, in := range api.Inputs() {
		kind := string(in.InputType())
		if api.MissingField(in) == "" {
			continue
		}
		begin, ok := steps[kind]
		if !ok {
			t.Errorf("the input %s has no step here", kind)
			continue
		}
		v := begin()
		token := c.Token()
		if v.Kind == api.SignIn {
			token = ""
		}
		e := w.DoJSON("POST", "/api/v1/ceremonies/"+v.ID, token, fmt.Sprintf(`{"rev":%d,"input":{"type":%q}}`, v.Rev, kind))
		var got api.View
		if err := json.Unmarshal([]byte(e.Body), &got); err != nil || got.Refusal == nil || got.Refusal.Reason != api.ReasonMissing || got.Refusal.Field == "" || got.Refusal.Rule == "" {
			t.Errorf("%s: %d %s", kind, e.Status, e.Body)
		}
	}
	for call, field := range map[string]string{
		"POST /api/v1/temporary-passwords": "label",
		"PATCH /api/v1/keys/" + key:        "label",
		"POST /api/v1/ceremonies":          "kind",
		"PATCH /api/v1/account":            "discoverable",
	} {
		method, path, _ := strings.Cut(call, " ")
		e := w.DoJSON(method, path, c.Token(), "{}")
		if p := e.Problem(t); e.Status != 400 || p.Reason != api.ReasonMissing || p.Field != field {
			t.Errorf("%s: %d %s", call, e.Status, e.Body)
		}
	}
}
