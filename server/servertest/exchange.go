package servertest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// JSONType is the Content-Type of requests and answers.
const JSONType = "application/json"

// An Exchange is the answer to an HTTP request.
type Exchange struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends a request that the Go client would not send. The header is a list of names and
// values in turn. Redirects are not followed.
func (w *World) Do(method, path, body string, header ...string) Exchange {
	w.T.Helper()
	req := Must[*http.Request](w.T)(http.NewRequestWithContext(w.T.Context(), method, w.URL+path, strings.NewReader(body)))
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Add(header[i], header[i+1])
	}
	hc := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res := Must[*http.Response](w.T)(hc.Do(req))
	defer res.Body.Close()
	b := Must[[]byte](w.T)(io.ReadAll(res.Body))
	return Exchange{res.StatusCode, res.Header, string(b)}
}

// DoJSON sends a JSON body, with a session's token unless that is "".
func (w *World) DoJSON(method, path, token, body string) Exchange {
	w.T.Helper()
	header := []string{"Content-Type", JSONType}
	if token != "" {
		header = append(header, "Authorization", "Bearer "+token)
	}
	return w.Do(method, path, body, header...)
}

// Problem reads the body as a problem document (RFC 9457).
func (e Exchange) Problem(t testing.TB) api.Problem {
	t.Helper()
	var p api.Problem
	if kind := e.Header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("Content-Type of a problem is %q: %s", kind, e.Body)
	}
	if err := json.Unmarshal([]byte(e.Body), &p); err != nil {
		t.Errorf("%v: %s", err, e.Body)
	}
	if p.Status != e.Status {
		t.Errorf("the problem says %d, the answer %d", p.Status, e.Status)
	}
	return p
}

// Object reads the body as a JSON object.
func (e Exchange) Object(t testing.TB) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(e.Body), &out); err != nil {
		t.Fatalf("%v: %s", err, e.Body)
	}
	return out
}

// Window returns a client over the in-memory connection of the console's window.
func (w *World) Window() *client.Client {
	w.T.Helper()
	c, stop := client.InMemory(w.Console())
	w.T.Cleanup(stop)
	return c
}
