package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
)

func TestNewChecksItsConfig(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a lab without a clock was made")
	}
}

func TestClockCalls(t *testing.T) {
	w := newWorld(t)
	var got api.LabClock
	w.call(t, "PUT", "/lab/v1/clock", `{"set":"2016-03-20T23:59:59+01:00"}`, &got)
	want := time.Date(2016, 3, 20, 22, 59, 59, 0, time.UTC)
	if d := got.Now.Sub(want); d < 0 || d > time.Minute {
		t.Errorf("set to %v, says %v", want, got.Now)
	}
	w.call(t, "PUT", "/lab/v1/clock", `{"advance":"59m59s"}`, &got)
	w.call(t, "GET", "/lab/v1/clock", "", &got)
	if d := got.Now.Sub(want.Add(59*time.Minute + 59*time.Second)); d < 0 || d > time.Minute {
		t.Errorf("advanced to %v", got.Now)
	}
}

func TestMailIsFoundByAddress(t *testing.T) {
	w := newWorld(t)
	for _, to := range []string{"ada@example.org", "bob@example.org", "Ada@Example.org"} {
		if err := w.Mail(t.Context(), to, "Hello", "to "+to); err != nil {
			t.Fatal(err)
		}
	}
	var got []api.LabMail
	w.call(t, "GET", "/lab/v1/mail?to=ada%40example.org", "", &got)
	if len(got) != 2 || got[0].Text != "to ada@example.org" || got[0].At.IsZero() {
		t.Errorf("ada got %+v", got)
	}
	w.call(t, "GET", "/lab/v1/mail", "", &got)
	if len(got) != 3 {
		t.Errorf("all mail is %+v", got)
	}
	if rec := w.call(t, "GET", "/lab/v1/mail?to=nobody@example.org", "", nil); strings.TrimSpace(rec.Body.String()) != "[]" {
		t.Errorf("no mail is %s", rec.Body)
	}
}

func TestPhoneStateKeepsWhatIsNotGiven(t *testing.T) {
	w := newWorld(t)
	w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"flight_mode":true,"carrier":{"delay":"90s","loss":0.25}}`, nil)
	var got api.LabPhone
	rec := w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"notifications":false,"carrier":{"opt_in_required":true}}`, &got)
	want := `{"number":"+12025550143","flight_mode":true,"notifications":false,"carrier":{"delay":"1m30s","loss":0.25,"opt_in_required":true,"opted_in":false},"received":0}`
	if strings.TrimSpace(rec.Body.String()) != want {
		t.Errorf("state is %s, want %s", rec.Body, want)
	}
	// The answer of GET can be sent back.
	if rec := w.call(t, "PUT", "/lab/v1/phones/"+demo, rec.Body.String(), nil); rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != want {
		t.Errorf("sent back: %d %s", rec.Code, rec.Body)
	}
	var all []api.LabPhone
	w.call(t, "GET", "/lab/v1/phones/+12025550199", "", nil)
	w.call(t, "GET", "/lab/v1/phones", "", &all)
	if len(all) != 1 || all[0].Number != demo {
		t.Errorf("phones are %+v", all)
	}
}

func TestKeyCalls(t *testing.T) {
	w := newWorld(t)
	var key api.LabKey
	if rec := w.call(t, "POST", "/lab/v1/keys", `{"name":"Blue","transport":"usb","pin":"1234"}`, &key); rec.Code != 201 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	if key.Path == "" || !key.HasPIN || !key.PluggedIn || strings.Contains(key.PIN, "1234") {
		t.Errorf("key is %+v", key)
	}
	if rec := w.call(t, "POST", "/lab/v1/keys/k1/touch", "", nil); rec.Code != 409 {
		t.Errorf("a touch of a key that is not waiting: %d %s", rec.Code, rec.Body)
	}
	w.bench.keys[0].WaitingForTouch = true
	if rec := w.call(t, "POST", "/lab/v1/keys/k1/touch", "", nil); rec.Code != 204 {
		t.Errorf("touch: %d %s", rec.Code, rec.Body)
	}
	w.call(t, "PUT", "/lab/v1/keys/k1", `{"auto_touch":true}`, &key)
	if key.AutoTouch == nil || !*key.AutoTouch {
		t.Errorf("auto touch: %+v", key)
	}
	if rec := w.call(t, "DELETE", "/lab/v1/keys/k1", "", nil); rec.Code != 204 {
		t.Errorf("unplug: %d %s", rec.Code, rec.Body)
	}
	var all []api.LabKey
	w.call(t, "GET", "/lab/v1/keys", "", &all)
	if len(all) != 1 || all[0].PluggedIn {
		t.Errorf("unplugged: %+v", all)
	}
	key = api.LabKey{}
	w.call(t, "PUT", "/lab/v1/keys/k1", `{"plugged_in":true}`, &key)
	if !key.PluggedIn {
		t.Errorf("plugged in again: %+v", key)
	}
}

// TestKeyActions: each action has a path; the behaviour is set with PUT.
func TestKeyActions(t *testing.T) {
	w := newWorld(t)
	for _, k := range []string{
		`{"name":"Blue","transport":"usb","pin":"1234"}`,
		`{"name":"Bio","transport":"usb","kind":"fingerprint"}`,
		`{"name":"Old","transport":"nfc","kind":"u2f"}`,
	} {
		if rec := w.call(t, "POST", "/lab/v1/keys", k, nil); rec.Code != 201 {
			t.Fatalf("%s: %d %s", k, rec.Code, rec.Body)
		}
	}
	for _, tt := range []struct {
		call string
		want int
	}{
		{"POST /lab/v1/keys/k1/fill", 204},
		{"POST /lab/v1/keys/k1/lock-pin", 204},
		{"POST /lab/v1/keys/k1/force-pin-change", 204},
		{"POST /lab/v1/keys/k1/enroll-finger", 409},
		{"POST /lab/v1/keys/k2/enroll-finger", 204},
		{"POST /lab/v1/keys/k2/lock-pin", 409},
		{"POST /lab/v1/keys/k3/fill", 409},
		{"POST /lab/v1/keys/k4/fill", 404},
		{"POST /lab/v1/keys/k1/burn", 404},
		{"GET /lab/v1/keys/k1/fill", 405},
	} {
		method, path, _ := strings.Cut(tt.call, " ")
		if rec := w.call(t, method, path, "", nil); rec.Code != tt.want {
			t.Errorf("%s: %d %s, want %d", tt.call, rec.Code, rec.Body, tt.want)
		}
	}
	want := []api.KeyAction{"fill", "lock-pin", "force-pin-change", "enroll-finger", "enroll-finger", "lock-pin", "fill"}
	if !slices.Equal(w.bench.done, want) {
		t.Errorf("done: %v", w.bench.done)
	}
	var key api.LabKey
	w.call(t, "PUT", "/lab/v1/keys/k2", `{"wrong_finger":true,"counter_still":false,"pull_on_touch":true}`, &key)
	if key.WrongFinger == nil || !*key.WrongFinger || key.CounterStill == nil || *key.CounterStill || key.PullOnTouch == nil || key.AutoTouch != nil {
		t.Errorf("set: %+v", key)
	}
	if rec := w.call(t, "PUT", "/lab/v1/keys/k1", `{"wrong_finger":true}`, nil); rec.Code != 409 {
		t.Errorf("the finger of a key without a sensor: %d %s", rec.Code, rec.Body)
	}
	if rec := w.call(t, "POST", "/lab/v1/keys/k1/copy", `{"name":"Twin"}`, &key); rec.Code != 201 || key.Name != "Twin" || key.CopyOf != "k1" {
		t.Errorf("copy: %d %s", rec.Code, rec.Body)
	}
	if rec := w.call(t, "DELETE", "/lab/v1/keys/k1?forget=true", "", nil); rec.Code != 204 || len(w.bench.List()) != 3 {
		t.Errorf("forget: %d %s", rec.Code, rec.Body)
	}
}

// TestPlugTakesALabKey: the typed client sends whole api.LabKey values.
func TestPlugTakesALabKey(t *testing.T) {
	w := newWorld(t)
	body, err := json.Marshal(api.LabKey{Name: "Blue", Transport: "usb"})
	if err != nil {
		t.Fatal(err)
	}
	if rec := w.call(t, "POST", "/lab/v1/keys", string(body), nil); rec.Code != 201 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestNoBench(t *testing.T) {
	w := newWorld(t)
	w.cfg.Bench = nil
	var p api.Problem
	if w.call(t, "POST", "/lab/v1/keys", `{"name":"Blue","transport":"usb"}`, &p); p.Status != 503 || p.Code != api.Unavailable {
		t.Errorf("%+v", p)
	}
	if rec := w.call(t, "GET", "/lab/v1/keys", "", nil); strings.TrimSpace(rec.Body.String()) != "[]" {
		t.Errorf("keys are %s", rec.Body)
	}
	if rec := w.call(t, "POST", "/lab/v1/keys/k1/touch", "", nil); rec.Code != 404 {
		t.Errorf("touch: %d", rec.Code)
	}
}

func TestReset(t *testing.T) {
	w := newWorld(t)
	w.text(t, "old")
	if err := w.Mail(t.Context(), "ada@example.org", "old", "old"); err != nil {
		t.Fatal(err)
	}
	w.call(t, "POST", "/lab/v1/keys", `{"name":"Blue","transport":"nfc"}`, nil)
	w.call(t, "PUT", "/lab/v1/clock", `{"advance":"1000h"}`, nil)
	if rec := w.call(t, "POST", "/lab/v1/reset", "", nil); rec.Code != 204 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	w.wantTexts(t, demo)
	for _, path := range []string{"mail", "keys", "phones", "devices"} {
		if rec := w.call(t, "GET", "/lab/v1/"+path, "", nil); strings.TrimSpace(rec.Body.String()) != "[]" {
			t.Errorf("%s after reset: %s", path, rec.Body)
		}
	}
	if d := time.Until(w.clock.Now()).Abs(); d > time.Minute || w.resets != 1 {
		t.Errorf("the clock is %v off, the server was reset %d times", d, w.resets)
	}
	var accounts []api.LabAccount
	if w.call(t, "GET", "/lab/v1/accounts", "", &accounts); len(accounts) != 1 || accounts[0].Username != "demo" {
		t.Errorf("accounts are %+v", accounts)
	}
}

func TestBadInputNamesTheField(t *testing.T) {
	phone := "/lab/v1/phones/" + demo
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		code, field              string
	}{
		{"no clock", "PUT", "/lab/v1/clock", `{}`, 400, "malformed", "set"},
		{"no body", "PUT", "/lab/v1/clock", ``, 400, "malformed", "body"},
		{"not JSON", "PUT", "/lab/v1/clock", `{"set":`, 400, "malformed", "body"},
		{"not an object", "PUT", "/lab/v1/clock", `[]`, 400, "malformed", "body"},
		{"two objects", "PUT", "/lab/v1/clock", `{"advance":"1s"}{}`, 400, "malformed", "body"},
		{"unknown field", "PUT", "/lab/v1/clock", `{"advnce":"1s"}`, 400, "malformed", "advnce"},
		{"set and advance", "PUT", "/lab/v1/clock", `{"set":"2016-03-20T12:00:00Z","advance":"1s"}`, 400, "malformed", "advance"},
		{"impossible date", "PUT", "/lab/v1/clock", `{"set":"2016-02-30T12:00:00Z"}`, 400, "malformed", "set"},
		{"time is a number", "PUT", "/lab/v1/clock", `{"set":1458475200}`, 400, "malformed", "set"},
		{"far future", "PUT", "/lab/v1/clock", `{"advance":"2000000h"}`, 400, "malformed", "advance"},
		{"no duration", "PUT", "/lab/v1/clock", `{"advance":"an hour"}`, 400, "malformed", "advance"},
		{"no number", "GET", "/lab/v1/phones/me", ``, 400, "malformed", "e164"},
		{"number too long", "GET", "/lab/v1/phones/+1234567890123456/messages", ``, 400, "malformed", "e164"},
		{"letters in a number", "GET", "/lab/v1/phones/+1call2025550143", ``, 400, "malformed", "e164"},
		{"other number", "PUT", phone, `{"number":"+12025550144"}`, 400, "malformed", "number"},
		{"flight mode is a string", "PUT", phone, `{"flight_mode":"on"}`, 400, "malformed", "flight_mode"},
		{"delay is a number", "PUT", phone, `{"carrier":{"delay":5}}`, 400, "malformed", "carrier.delay"},
		{"negative delay", "PUT", phone, `{"carrier":{"delay":"-1s"}}`, 400, "malformed", "carrier.delay"},
		{"loss above 1", "PUT", phone, `{"carrier":{"loss":2}}`, 400, "malformed", "carrier.loss"},
		{"negative loss", "PUT", phone, `{"carrier":{"loss":-0.1}}`, 400, "malformed", "carrier.loss"},
		{"empty text", "POST", phone + "/messages", `{"to":"40404","body":""}`, 400, "malformed", "body"},
		{"control character", "POST", phone + "/messages", `{"to":"40404","body":"G\u0000O"}`, 400, "malformed", "body"},
		{"long text", "POST", phone + "/messages", `{"to":"40404","body":"` + strings.Repeat("x", 161) + `"}`, 400, "malformed", "body"},
		{"text to a person", "POST", phone + "/messages", `{"to":"+12025550144","body":"hi"}`, 400, "malformed", "to"},
		{"ten megabytes", "POST", phone + "/messages", `{"to":"40404","body":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "too_large", ""},
		{"nameless key", "POST", "/lab/v1/keys", `{"name":" ","transport":"usb"}`, 400, "malformed", "name"},
		{"right-to-left override in a name", "POST", "/lab/v1/keys", `{"name":"a\u202eb","transport":"usb"}`, 400, "malformed", "name"},
		{"no transport", "POST", "/lab/v1/keys", `{"name":"Blue"}`, 400, "malformed", "transport"},
		{"unknown kind", "POST", "/lab/v1/keys", `{"name":"Blue","transport":"usb","kind":"ble"}`, 400, "malformed", "kind"},
		{"an old key with a PIN", "POST", "/lab/v1/keys", `{"name":"Blue","transport":"usb","kind":"u2f","pin":"1234"}`, 400, "malformed", "pin"},
		{"copy of an unknown key", "POST", "/lab/v1/keys/k1/copy", `{"name":"Blue"}`, 404, "not_found", ""},
		{"nameless copy", "POST", "/lab/v1/keys/k1/copy", `{"name":""}`, 400, "malformed", "name"},
		{"forget is no boolean", "DELETE", "/lab/v1/keys/k1?forget=perhaps", ``, 400, "malformed", "forget"},
		{"short PIN", "POST", "/lab/v1/keys", `{"name":"Blue","transport":"usb","pin":"123"}`, 400, "malformed", "pin"},
		{"long PIN", "POST", "/lab/v1/keys", `{"name":"Blue","transport":"usb","pin":"` + strings.Repeat("1", 64) + `"}`, 400, "malformed", "pin"},
		{"nothing to change", "PUT", "/lab/v1/keys/k1", `{}`, 400, "malformed", "auto_touch"},
		{"unknown key", "PUT", "/lab/v1/keys/k1", `{"auto_touch":true}`, 404, "not_found", ""},
		{"unplug an unknown key", "DELETE", "/lab/v1/keys/k1", ``, 404, "not_found", ""},
		{"unknown path", "GET", "/lab/v1/weather", ``, 404, "not_found", ""},
		{"wrong method", "DELETE", "/lab/v1/clock", ``, 405, "method_not_allowed", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			var p api.Problem
			rec := w.call(t, tt.method, tt.path, tt.body, &p)
			if rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("type %q", rec.Header().Get("Content-Type"))
			}
			if rec.Code != tt.status || p.Status != tt.status || p.Code != tt.code || p.Field != tt.field || p.Detail == "" {
				t.Errorf("%d %+v; want %d %s %s", rec.Code, p, tt.status, tt.code, tt.field)
			}
			if len(w.phones) != 0 || len(w.inbound) != 0 || len(w.bench.keys) != 0 {
				t.Error("it changed something")
			}
		})
	}
}

func TestEventsNameTheChangedTopics(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error)
	go func() { ran <- w.Run(ctx) }()
	srv := httptest.NewServer(w.handler)
	defer func() {
		srv.CloseClientConnections()
		srv.Close()
		cancel()
		<-ran
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/lab/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("type %q", got)
	}
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if line := lines.Text(); line != "" {
				return line
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return ""
	}
	if got := next(); got != ": lab" {
		t.Fatalf("the stream begins with %q", got)
	}
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() { w.text(t, "hello") }, "texts"},
		{func() { _ = w.Mail(ctx, "ada@example.org", "Hello", "") }, "mail"},
		{func() { w.clock.Advance(time.Hour) }, "clock"},
		{func() { w.call(t, "PUT", "/lab/v1/phones/"+demo, `{"flight_mode":true}`, nil) }, "phones"},
		{func() {}, "devices"}, // flight mode is the device's
		{func() { w.bench.keys = []api.LabKey{{ID: "k1"}}; w.call(t, "DELETE", "/lab/v1/keys/k1", "", nil) }, "keys"},
	} {
		step.do()
		if got, want := next(), `data: {"topic":"`+step.want+`"}`; got != want {
			t.Errorf("topic %s, want %s", got, want)
		}
	}
	w.EndStreams()
	w.EndStreams()
	if lines.Scan() && lines.Text() != "" {
		t.Errorf("the ended stream says %q", lines.Text())
	}
}

// TestAccountsHaveTheirCodes: the lab returns the code of a demo account's app, by the
// lab's clock.
func TestAccountsHaveTheirCodes(t *testing.T) {
	w := newWorld(t)
	w.cfg.Accounts = append(w.cfg.Accounts, api.LabAccount{Username: "chloe", AppSecret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", BackupCodes: []string{"7kmq-2xwd-9hfz-3r8n"}})
	w.call(t, "PUT", "/lab/v1/clock", `{"set":"2005-03-18T01:58:31Z"}`, nil) // RFC 6238, appendix B: 1111111111
	var got []api.LabAccount
	w.call(t, "GET", "/lab/v1/accounts", "", &got)
	ends := time.Date(2005, 3, 18, 1, 59, 0, 0, time.UTC)
	if c := got[1]; c.AppCode != "050471" || c.AppCodeEnds == nil || !c.AppCodeEnds.Equal(ends) || len(c.BackupCodes) != 1 {
		t.Errorf("chloe has %+v", c)
	}
	if got[0].AppCode != "" || got[0].AppCodeEnds != nil || w.cfg.Accounts[1].AppCode != "" {
		t.Errorf("an account without an app has %+v", got[0])
	}
}
