package httpapi_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"nightlatch/server/ceremony"
	"nightlatch/server/client"
	"nightlatch/server/openapi"
	"nightlatch/server/servertest"
)

// A recorder notes the exchanges of the clients that use it.
type recorder struct {
	t    *testing.T
	ops  []openapi.Operation
	page openapi.Examples
}

func newRecorder(t *testing.T, ops []openapi.Operation) *recorder {
	return &recorder{t: t, ops: ops, page: openapi.Examples{
		Calls: map[string]openapi.Example{}, Steps: map[string]string{}, Inputs: map[string]string{},
		Problems: map[string]string{},
	}}
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent = servertest.Must[[]byte](r.t)(io.ReadAll(req.Body))
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || res.Header.Get("Content-Type") == "text/event-stream" {
		return res, err
	}
	got := servertest.Must[[]byte](r.t)(io.ReadAll(res.Body))
	res.Body = io.NopCloser(bytes.NewReader(got))
	r.note(req, res, sent, got)
	return res, nil
}

func (r *recorder) note(req *http.Request, res *http.Response, sent, got []byte) {
	body := readable(r.t, got)
	if res.StatusCode >= 400 {
		var p struct{ Code, Error string }
		if json.Unmarshal(got, &p) == nil && p.Code != "" {
			first(r.page.Problems, p.Code, body)
		}
		return
	}
	if op, ok := r.operation(req); ok {
		if old, seen := r.page.Calls[op.Call]; !seen || len(old.Response) < 3 && len(body) > 2 {
			r.page.Calls[op.Call] = openapi.Example{Request: requestText(r.t, req, sent), Response: body, Status: res.StatusCode}
		}
	}
	var view struct {
		Step map[string]json.RawMessage
	}
	if json.Unmarshal(got, &view) == nil && view.Step != nil {
		first(r.page.Steps, kindIn(view.Step), readable(r.t, servertest.Must[[]byte](r.t)(json.Marshal(view.Step))))
	}
	var answer struct{ Input map[string]json.RawMessage }
	if json.Unmarshal(sent, &answer) == nil && answer.Input != nil {
		first(r.page.Inputs, kindIn(answer.Input), readable(r.t, servertest.Must[[]byte](r.t)(json.Marshal(answer.Input))))
	}
}

// kindIn is the "type" of a step or an input.
func kindIn(object map[string]json.RawMessage) string {
	return strings.Trim(string(object["type"]), `"`)
}

func first(in map[string]string, key, value string) {
	if in[key] == "" {
		in[key] = value
	}
}

// operation finds the operation of a request by its path.
func (r *recorder) operation(req *http.Request) (openapi.Operation, bool) {
	var found openapi.Operation
	for _, op := range r.ops {
		pattern := "^" + regexp.MustCompile(`\{[a-z0-9]+\}`).ReplaceAllString(op.Path(), "[^/]+") + "$"
		if op.Method() == req.Method && regexp.MustCompile(pattern).MatchString(req.URL.Path) && (found.Call == "" || !strings.Contains(op.Path(), "{")) {
			found = op
		}
	}
	return found, found.Call != ""
}

func requestText(t *testing.T, req *http.Request, sent []byte) string {
	if strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form") {
		return regexp.MustCompile(`password=[^&]*`).ReplaceAllString(string(sent), "password=EXAMPLE")
	}
	return readable(t, sent)
}

var (
	quoted     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	random     = regexp.MustCompile(`^"(nl[a-z]_)?[A-Za-z0-9_-]{16,}={0,2}"$`)
	mixed      = regexp.MustCompile(`[A-Z0-9]|^"[a-z]{20,}"$`)
	backupCode = regexp.MustCompile(`^"[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}"$`)
	sixDigits  = regexp.MustCompile(`(\b|\\n)[0-9]{6}\b`)
	appSecret  = regexp.MustCompile(`secret=[A-Z2-7]+`)
	smtpPort   = regexp.MustCompile(`"port": [0-9]+`)
	oneNumber  = regexp.MustCompile(`"number": [1-9][0-9]\b`) // of a login request
	ofNumbers  = regexp.MustCompile(`(?m)^(\s+)[1-9][0-9](,?)$`)
	port       = regexp.MustCompile(`localhost:[0-9]+`)
)

// readable formats JSON with one field a line. It replaces the values that
// differ between runs, and keeps two members of each list.
func readable(t *testing.T, b []byte) string {
	t.Helper()
	if !json.Valid(b) {
		return ""
	}
	var list []json.RawMessage
	if json.Unmarshal(b, &list) == nil && len(list) > 2 {
		b = servertest.Must[[]byte](t)(json.Marshal(list[:2]))
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	text := smtpPort.ReplaceAllString(strings.TrimSpace(out.String()), `"port": 587`)
	text = ofNumbers.ReplaceAllString(oneNumber.ReplaceAllString(text, `"number": 42`), "${1}42${2}")
	return quoted.ReplaceAllStringFunc(text, tidy)
}

// tidy replaces a random value.
func tidy(v string) string {
	switch {
	case backupCode.MatchString(v):
		return `"7kmq-2xwd-9hfz-3r8n"`
	case strings.HasPrefix(v, `"`+os.TempDir()+"/"):
		return `"/mnt/backups"`
	case random.MatchString(v) && mixed.MatchString(v):
		return `"EXAMPLE"`
	}
	v = appSecret.ReplaceAllString(v, "secret=EXAMPLE")
	v = port.ReplaceAllString(v, "localhost:8440")
	return sixDigits.ReplaceAllString(v, "${1}123456")
}

// play makes every call and takes every step once, so that each has an
// example.
func play(t *testing.T, ops []openapi.Operation) openapi.Examples {
	t.Helper()
	w := servertest.New(t)
	r := newRecorder(t, ops)
	c := client.New(w.URL, &http.Client{Transport: r}).WithAgent("Example/1.0")
	w.Client = c
	p := &player{World: w, r: r, ctx: t.Context()}
	p.account()
	p.secondSteps()
	p.resources()
	p.thirdParty()
	p.lab()
	p.problems()
	playOwner(t, r)
	playPhone(t, r)
	for _, reason := range ceremony.Reasons() {
		r.page.Refusals = append(r.page.Refusals, ceremony.Refuse(reason))
	}
	return r.page
}
