package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/server/api"
)

// seen is the request that a server received.
type seen struct {
	method, target, body, auth, kind string
}

// answering returns a client of a server that records the request and answers with
// status and body.
func answering(t *testing.T, status int, body string) (*Client, *seen) {
	t.Helper()
	got := &seen{}
	c, stop := InMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*got = seen{r.Method, r.RequestURI, string(b), r.Header.Get("Authorization"), r.Header.Get("Content-Type")}
		if r.Host != InMemoryHost {
			t.Errorf("Host is %q", r.Host)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(stop)
	return c, got
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	yes := true
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		method, target, body string
		call                 func(context.Context, *Client) error
	}{
		{"GET", "/api/v1/about", "", func(ctx context.Context, c *Client) error { _, err := c.About(ctx); return err }},
		{"POST", "/api/v1/ceremonies", `{"kind":"turn-off","method":"text"}`, func(ctx context.Context, c *Client) error {
			_, err := c.Begin(ctx, api.Begin{Kind: api.TurnOff, Method: api.Text})
			return err
		}},
		{"POST", "/api/v1/ceremonies/a%2Fb", `{"rev":3,"input":{"type":"code","code":"123456"}}`, func(ctx context.Context, c *Client) error {
			_, err := c.Answer(ctx, "a/b", 3, api.Code{Code: "123456"})
			return err
		}},
		{"GET", "/api/v1/ceremonies/x", "", func(ctx context.Context, c *Client) error { _, err := c.Ceremony(ctx, "x"); return err }},
		{"DELETE", "/api/v1/ceremonies/x", "", func(ctx context.Context, c *Client) error { return c.Cancel(ctx, "x") }},
		{"GET", "/api/v1/account", "", func(ctx context.Context, c *Client) error { _, err := c.Account(ctx); return err }},
		{"PATCH", "/api/v1/account", `{"discoverable":true}`, func(ctx context.Context, c *Client) error {
			_, err := c.SetDiscoverable(ctx, true)
			return err
		}},
		{"PATCH", "/api/v1/keys/k", `{"label":"Desk"}`, func(ctx context.Context, c *Client) error {
			_, err := c.RenameKey(ctx, "k", "Desk")
			return err
		}},
		{"DELETE", "/api/v1/keys/k", "", func(ctx context.Context, c *Client) error { return c.DeleteKey(ctx, "k") }},
		{"POST", "/api/v1/backup-codes", "", func(ctx context.Context, c *Client) error { _, err := c.NewBackupCode(ctx); return err }},
		{"POST", "/api/v1/backup-codes/replace", "", func(ctx context.Context, c *Client) error {
			_, err := c.ReplaceBackupCodes(ctx)
			return err
		}},
		{"POST", "/api/v1/backup-codes/check", `{"code":"7kmq"}`, func(ctx context.Context, c *Client) error {
			_, err := c.CheckBackupCode(ctx, "7kmq")
			return err
		}},
		{"POST", "/api/v1/temporary-passwords", `{"label":"Mail"}`, func(ctx context.Context, c *Client) error {
			_, err := c.NewTemporaryPassword(ctx, "Mail", "")
			return err
		}},
		{"DELETE", "/api/v1/temporary-passwords/t", "", func(ctx context.Context, c *Client) error { return c.RevokeTemporaryPassword(ctx, "t") }},
		{"DELETE", "/api/v1/temporary-passwords", "", func(ctx context.Context, c *Client) error { return c.RevokeTemporaryPasswords(ctx) }},
		{"DELETE", "/api/v1/sessions/s", "", func(ctx context.Context, c *Client) error { return c.EndSession(ctx, "s") }},
		{"DELETE", "/api/v1/sessions?others=true", "", func(ctx context.Context, c *Client) error { return c.EndOtherSessions(ctx) }},
		{"POST", "/api/v1/sign-out", "", func(ctx context.Context, c *Client) error { return c.SignOut(ctx) }},
		{"DELETE", "/api/v1/phone", "", func(ctx context.Context, c *Client) error { return c.DeletePhone(ctx) }},
		{"PUT", "/lab/v1/clock", `{"set":"2026-03-01T12:00:00Z"}`, func(ctx context.Context, c *Client) error { _, err := c.SetClock(ctx, at); return err }},
		{"PUT", "/lab/v1/clock", `{"advance":"59m59s"}`, func(ctx context.Context, c *Client) error {
			_, err := c.AdvanceClock(ctx, time.Hour-time.Second)
			return err
		}},
		{"POST", "/lab/v1/phones/+15550100/messages", `{"to":"40404","body":"GO"}`, func(ctx context.Context, c *Client) error {
			return c.SendText(ctx, "+15550100", "40404", "GO")
		}},
		{"PUT", "/lab/v1/phones/+15550100", `{"flight_mode":true}`, func(ctx context.Context, c *Client) error {
			_, err := c.SetPhone(ctx, "+15550100", api.LabPhone{FlightMode: &yes})
			return err
		}},
		{"POST", "/lab/v1/keys/k/touch", "", func(ctx context.Context, c *Client) error { return c.TouchKey(ctx, "k") }},
		{"POST", "/lab/v1/keys/k/lock-pin", "", func(ctx context.Context, c *Client) error { return c.DoKey(ctx, "k", api.LockPIN) }},
		{"POST", "/lab/v1/keys/k/copy", `{"name":"twin"}`, func(ctx context.Context, c *Client) error { _, err := c.CopyKey(ctx, "k", "twin"); return err }},
		{"PUT", "/lab/v1/keys/k", `{"counter_still":true}`, func(ctx context.Context, c *Client) error {
			on := true
			return c.SetKeyBehaviour(ctx, "k", api.KeyBehaviour{CounterStill: &on})
		}},
		{"DELETE", "/lab/v1/keys/k?forget=true", "", func(ctx context.Context, c *Client) error { return c.ForgetKey(ctx, "k") }},
		{"PUT", "/lab/v1/keys/k", `{"auto_touch":false}`, func(ctx context.Context, c *Client) error { return c.SetAutoTouch(ctx, "k", false) }},
		{"PUT", "/lab/v1/keys/k", `{"plugged_in":true}`, func(ctx context.Context, c *Client) error { return c.ReplugKey(ctx, "k") }},
		{"DELETE", "/lab/v1/keys/k", "", func(ctx context.Context, c *Client) error { return c.UnplugKey(ctx, "k") }},
		{"POST", "/lab/v1/reset", "", func(ctx context.Context, c *Client) error { return c.ResetLab(ctx) }},
	} {
		c, got := answering(t, http.StatusOK, "")
		if err := tt.call(t.Context(), c.WithToken("nls_1")); err != nil {
			t.Errorf("%s %s: %v", tt.method, tt.target, err)
		}
		want := seen{method: tt.method, target: tt.target, body: tt.body, auth: "Bearer nls_1"}
		if tt.body != "" {
			want.kind = "application/json"
		}
		if *got != want {
			t.Errorf("sent %+v, want %+v", *got, want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		target string
		call   func(context.Context, *Client) (int, error)
	}{
		{"/api/v1/keys", func(ctx context.Context, c *Client) (int, error) { l, err := c.Keys(ctx); return len(l), err }},
		{"/api/v1/backup-codes", func(ctx context.Context, c *Client) (int, error) {
			l, err := c.BackupCodes(ctx)
			return len(l), err
		}},
		{"/api/v1/temporary-passwords", func(ctx context.Context, c *Client) (int, error) {
			l, err := c.TemporaryPasswords(ctx)
			return len(l), err
		}},
		{"/api/v1/sessions", func(ctx context.Context, c *Client) (int, error) { l, err := c.Sessions(ctx); return len(l), err }},
		{"/api/v1/activity", func(ctx context.Context, c *Client) (int, error) {
			l, err := c.Activity(ctx, "", 0)
			return len(l), err
		}},
		{"/api/v1/activity?before=7&limit=20", func(ctx context.Context, c *Client) (int, error) {
			l, err := c.Activity(ctx, "7", 20)
			return len(l), err
		}},
		{"/lab/v1/phones/+15550100/messages", func(ctx context.Context, c *Client) (int, error) {
			l, err := c.PhoneMessages(ctx, "+15550100")
			return len(l), err
		}},
		{"/lab/v1/mail?to=ada%40example.org", func(ctx context.Context, c *Client) (int, error) {
			l, err := c.Mail(ctx, "ada@example.org")
			return len(l), err
		}},
		{"/lab/v1/phones", func(ctx context.Context, c *Client) (int, error) { l, err := c.Phones(ctx); return len(l), err }},
		{"/lab/v1/keys", func(ctx context.Context, c *Client) (int, error) { l, err := c.LabKeys(ctx); return len(l), err }},
		{"/lab/v1/accounts", func(ctx context.Context, c *Client) (int, error) { l, err := c.LabAccounts(ctx); return len(l), err }},
	} {
		c, got := answering(t, http.StatusOK, `[{},{}]`)
		n, err := tt.call(t.Context(), c)
		if n != 2 || err != nil || got.target != tt.target || got.method != "GET" || got.auth != "" {
			t.Errorf("%s: %d, %v after %+v", tt.target, n, err, *got)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   api.Problem
	}{
		{
			"a problem", 409, `{"type":"about:blank","title":"t","status":409,"code":"backup_codes_full","rule":"R71"}`,
			api.Problem{Type: "about:blank", Title: "t", Status: 409, Code: "backup_codes_full", Rule: "R71"},
		},
		{"a proxy's page", 502, "<html>", api.Problem{Type: "about:blank", Title: "Bad Gateway", Status: 502, Code: "unavailable"}},
		{"a redirect", 302, "", api.Problem{Type: "about:blank", Title: "Found", Status: 302, Code: "unavailable"}},
	} {
		c, _ := answering(t, tt.status, tt.body)
		_, err := c.Account(t.Context())
		var p *api.Problem
		if !errors.As(err, &p) || *p != tt.want {
			t.Errorf("%s: %v, want %+v", tt.name, err, tt.want)
		}
	}
}

func TestTransportErrorsContainNoPersonalAddress(t *testing.T) {
	t.Parallel()
	c, stop := InMemory(http.NotFoundHandler())
	stop()
	_, err := c.Mail(t.Context(), "ada@example.org")
	if err == nil || strings.Contains(err.Error(), "ada") {
		t.Errorf("error %v", err)
	}
}

func TestViewHasTypedStep(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, 200, `{"id":"x","kind":"enroll-app","state":"scan","rev":2,"step":{"type":"scan-qr","secret":"ABC","uri":"otpauth://x"},"refusal":null}`)
	v, err := c.Ceremony(t.Context(), "x")
	if err != nil || v.Step != (api.ScanQR{URI: "otpauth://x", Secret: "ABC"}) {
		t.Errorf("%#v, %v", v.Step, err)
	}
}

func TestCloseWaitsForRequests(t *testing.T) {
	t.Parallel()
	interrupted, release := make(chan struct{}), make(chan struct{})
	c, stop := InMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		close(interrupted)
		<-release
	}))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() { _, err := c.Account(ctx); failed <- err }()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	select {
	case <-interrupted: // still in its handler
		select {
		case <-stopped:
			t.Error("closed while a request was running")
		default:
		}
	case <-stopped: // the call was cancelled before it reached the handler
	}
	close(release)
	<-stopped
}

func event(w http.ResponseWriter, topic string) {
	b, _ := json.Marshal(api.Event{Topic: topic})
	fmt.Fprintf(w, "data: %s\n\n", b)
	_ = http.NewResponseController(w).Flush()
}

func TestEventsConnectAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		c, stop := InMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch calls.Add(1) {
			case 1: // breaks after one event
				w.Header().Set("Content-Type", "text/event-stream")
				fmt.Fprint(w, ": heartbeat\n\nretry: 1000\n\n")
				event(w, "keys")
			case 2, 3: // still unavailable
				w.WriteHeader(http.StatusServiceUnavailable)
			case 4:
				w.Header().Set("Content-Type", "text/event-stream")
				event(w, "sessions")
			default: // the session has ended
				w.WriteHeader(http.StatusUnauthorized)
			}
		}))
		defer stop()
		events, err := c.Events(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for e := range events {
			got = append(got, e.Topic)
		}
		want := append(append([]string{"keys"}, api.Topics()...), "sessions")
		if fmt.Sprint(got) != fmt.Sprint(want) || calls.Load() != 5 {
			t.Errorf("got %v after %d calls, want %v", got, calls.Load(), want)
		}
	})
}

func TestEventsEndWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, stop := InMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			event(w, "account")
			<-r.Context().Done()
		}))
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		events, err := c.Events(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if e := <-events; e.Topic != "account" {
			t.Errorf("event %+v", e)
		}
		cancel()
		if _, open := <-events; open {
			t.Error("an event after the end")
		}
	})
}

func TestEventsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	c, _ := answering(t, 401, `{"code":"sign_in_required"}`)
	var p *api.Problem
	if _, err := c.Events(t.Context()); !errors.As(err, &p) || p.Code != api.SignInRequired {
		t.Errorf("error %v", err)
	}
}
