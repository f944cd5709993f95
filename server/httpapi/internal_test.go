package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/ratelimit"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/unavailable"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Each error has its status and code, also when it is wrapped.
func TestProblems(t *testing.T) {
	t.Parallel()
	h := &Handler{cfg: Config{Now: func() time.Time { return noon }}}
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{errNoRoute, 404, api.NotFound},
		{errSignInRequired, 401, api.SignInRequired},
		{ceremony.ErrSessionRequired, 401, api.SignInRequired},
		{session.ErrUnknown, 401, api.SignInRequired},
		{notFoundIfUnknown(session.ErrUnknown), 404, api.NotFound},
		{errReauthenticate, 403, api.ReauthenticationRequired},
		{ceremony.ErrNotFound, 404, api.NotFound},
		{account.ErrNoKey, 404, api.NotFound},
		{temppassword.ErrNotFound, 404, api.NotFound},
		{ceremony.ErrUnknownKind, 400, api.Malformed},
		{temppassword.ErrLabel, 400, api.Malformed},
		{temppassword.ErrService, 400, api.Malformed},
		{account.ErrKeyLabel, 400, api.Malformed},
		{backupcode.ErrFull, 409, api.BackupCodesFull},
		{temppassword.ErrFull, 409, api.TemporaryPasswordsFull},
		{temppassword.ErrTwoFactorOff, 409, api.TwoFactorRequired},
		{unavailable.ErrTextIsLast, 409, api.Conflict},
		{unavailable.ErrKeyIsLast, 409, api.Conflict},
		{ceremony.ErrUnsettled, 409, api.Conflict},
		{store.ErrFull, 503, api.Unavailable},
		{store.ErrClosed, 503, api.Unavailable},
		{context.Canceled, 503, api.Unavailable},
		{&account.BusyError{RetryAfter: 3 * time.Second}, 503, api.Unavailable},
		{&ratelimit.ThrottledError{RetryAt: noon.Add(time.Minute)}, 429, api.Throttled},
		{ceremony.Reject(ceremony.Refuse(ceremony.CannotText)), 503, api.CannotSend},
		{ceremony.Reject(ceremony.Malformed("method", "d")), 400, api.Malformed},
		{ceremony.Reject(ceremony.Refuse(ceremony.KeysFull)), 409, api.KeysFull},
		{store.ErrTooLarge, 500, api.Internal},
		{errors.New("anything"), 500, api.Internal},
	} {
		p := h.problem(fmt.Errorf("on the way: %w", tt.err))
		if p.Status != tt.status || p.Code != tt.code || p.Title == "" || p.Detail == "" {
			t.Errorf("%v is %+v, want %d %s", tt.err, p, tt.status, tt.code)
		}
		if p.Code == api.Malformed && p.Field == "" {
			t.Errorf("%v names no field", tt.err)
		}
	}
	if p := h.problem(&account.BusyError{RetryAfter: 3 * time.Second}); !p.RetryAt.Equal(noon.Add(3 * time.Second)) {
		t.Errorf("busy until %v", p.RetryAt)
	}
}

func TestClientName(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"":             "",
		"curl/8.5.0":   "curl 8.5.0",
		"Nightlatch":   "Nightlatch",
		"Mozilla/5.0":  "Mozilla 5.0",
		"a/b/c d/e":    "a b c",
		"bad\x01agent": "bad agent",
		"\xff":         "",
		"\u202eevil":   "evil",
		"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0":                                                           "Firefox, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0":        "Edge, Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":            "Safari, macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":                     "Chrome, Android",
		"Mozilla/5.0 (unknown) Firefox/1":                        "Firefox",
		strings.Repeat("x", 500):                                 strings.Repeat("x", 39) + "…",
		"Nightlatch-Open-it-again-now-at:https://evil.example/x": "Nightlatch-Open-it-again-now-at https e…",
	} {
		got := clientName(&http.Request{Header: http.Header{"User-Agent": {agent}}})
		if got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}

func TestRemoteAddr(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"127.0.0.1:50000": "127.0.0.1", "[::1]:50000": "::1", "pipe": "console"} {
		if got := remoteAddr(&http.Request{RemoteAddr: address}); got != want {
			t.Errorf("%s is %q, want %q", address, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{`{"rev":1,"input":{"type":"code","code":"1"}}`, `{"rev":1}`, `[]`, "\xff", `{"input":{"type":"phone","number":5}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		in, err := decode[api.Answer](r)
		var p *api.Problem
		if err != nil && (!errors.As(err, &p) || p.Code != api.Malformed && p.Code != api.TooLarge || p.Field == "" && p.Code == api.Malformed) {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && in.Input == nil {
			t.Errorf("%q has no input and is no error", text)
		}
	})
}

// A listener on a loopback address other than 127.0.0.1 accepts only that address as
// Host.
func TestOriginCheckOfAnotherLoopbackAddress(t *testing.T) {
	t.Parallel()
	g := &originCheck{}
	if err := g.setURL("http://127.0.0.2:8440"); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{"127.0.0.2:8440": true, "localhost:8440": false, "127.0.0.1:8440": false} {
		if got := g.refuses(&http.Request{Host: host, URL: &url.URL{Path: "/"}}) == ""; got != want {
			t.Errorf("Host %s: admitted %v", host, got)
		}
	}
}

func FuzzOriginCheck(f *testing.F) {
	f.Add("localhost:8440", "http://localhost:8440", "same-origin")
	f.Add("evil.example", "null", "cross-site")
	f.Fuzz(func(t *testing.T, host, origin, site string) {
		g := &originCheck{}
		if err := g.setURL("http://localhost:8440"); err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header["Origin"], r.Header["Sec-Fetch-Site"] = []string{origin}, []string{site}
		exact := slices.Contains([]string{"localhost:8440", "127.0.0.1:8440", "[::1]:8440"}, host) && origin == "http://"+host
		sited := site == "same-origin" || site == "none"
		switch got := g.refuses(r) == ""; {
		case got && !(sited && isHere("http://"+host) && isHere(origin)):
			t.Errorf("%q %q %q was admitted", host, origin, site)
		case !got && exact && sited:
			t.Errorf("%q %q %q was refused", host, origin, site)
		}
	})
}

// isHere reports whether net/url finds the listener's host and port in an address.
func isHere(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Port() != "8440" || u.Path != "" || u.Scheme != "http" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), "localhost") || strings.TrimSuffix(u.Hostname(), ".") == "127.0.0.1" || err == nil && ip == netip.IPv6Loopback()
}
