package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// secretText must not appear in any error.
const secretText = "123456 is your code"

func gateway(t *testing.T, h http.HandlerFunc) *Gateway {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	g, err := NewGateway(GatewayConfig{URL: srv.URL + "/send", Token: "s3cret", Client: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGatewaySends(t *testing.T) {
	t.Parallel()
	g := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		var got map[string]string
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		if len(got) != 2 || got["to"] != "+14155550123" || got["body"] != secretText {
			t.Errorf("body %v", got)
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer s3cret", "Content-Type": "application/json", "Idempotency-Key": "7",
		} {
			if r.Header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, r.Header.Get(name), want)
			}
		}
		if r.Method != http.MethodPost || r.URL.Path != "/send" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"id":1}`)
	})
	ctx := context.WithValue(t.Context(), idKey{}, "7")
	if err := g.Text(ctx, "+14155550123", secretText); err != nil {
		t.Error(err)
	}
}

func TestGatewayRefusals(t *testing.T) {
	t.Parallel()
	for status, permanent := range map[int]bool{
		200: false, 301: true, 307: true, 400: true, 401: true, 404: true, 408: false, 429: false, 500: false, 503: false,
	} {
		g := gateway(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(status)
			io.Copy(w, r.Body) // an echo, as some do
		})
		err := g.Text(t.Context(), "+14155550123", secretText)
		if status == 200 {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		var p *PermanentError
		if err == nil || errors.As(err, &p) != permanent {
			t.Errorf("status %d: %v, for good: %v", status, err, permanent)
			continue
		}
		for _, secret := range []string{"123456", "+1415", "s3cret"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds %s: %v", secret, err)
			}
		}
	}
}

func TestGatewayUnreachable(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	g, err := NewGateway(GatewayConfig{URL: srv.URL + "/?key=s3cret", Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Close()
	err = g.Text(t.Context(), "+1", secretText)
	var p *PermanentError
	if err == nil || errors.As(err, &p) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "123456") {
		t.Errorf("got %v", err)
	}
}

func TestGatewayConfigIsChecked(t *testing.T) {
	t.Parallel()
	for u, ok := range map[string]bool{
		"https://sms.example/send": true, "http://127.0.0.1:1/": true, "http://localhost/": true, "http://[::1]/": true,
		"http://sms.example/": false, "ftp://sms.example/": false, "": false, "https://": false, "http://localhost.example/": false,
		"%": false,
	} {
		if _, err := NewGateway(GatewayConfig{URL: u, Token: "x"}); (err == nil) != ok {
			t.Errorf("%q: %v", u, err)
		}
	}
	if _, err := NewGateway(GatewayConfig{URL: "https://sms.example/"}); err == nil {
		t.Error("a gateway without a token was accepted")
	}
}
