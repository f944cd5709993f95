package httpapi_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// raw sends a request line and header fields unchanged and returns the answer.
func raw(w *servertest.World, text string) *http.Response {
	w.T.Helper()
	conn := servertest.Must[net.Conn](w.T)(net.Dial("tcp", strings.TrimPrefix(w.URL, "http://")))
	defer conn.Close()
	if _, err := conn.Write([]byte(text)); err != nil {
		w.T.Fatal(err)
	}
	return servertest.Must[*http.Response](w.T)(http.ReadResponse(bufio.NewReader(conn), nil))
}

// Requests with a foreign Host, Origin or Sec-Fetch-Site are refused. DNS rebinding
// (CVE-2022-41924), forged forms and misconfigured proxies send such requests. P stands
// for the port.
func TestForeignOriginsAreRefused(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	port := w.URL[strings.LastIndexByte(w.URL, ':')+1:]
	for _, fields := range []string{
		"Host: evil.example",
		"Host: evil.example:P",
		"Host: localhost",
		"Host: localhost:1",
		"Host: localhost:P0",
		"Host: localhost:0P",
		"Host: localhost.:P",
		"Host: localhost.:P\r\nOrigin: http://localhost.:P",
		"Host: localhost..:P",
		"Host: .localhost:P",
		"Host: localhost:",
		"Host: localhost:+P",
		"Host: LOCALHOST:P.evil.example",
		"Host: localhost:P\r\nOrigin: http://LOCALHOST:P/",
		"Host: localhost:P\r\nOrigin: http://evil@localhost:P",
		"Host: localhost.evil.example:P",
		"Host: evil.localhost:P",
		"Host: xlocalhost:P",
		"Host: localhost:P.evil.example",
		"Host: localhost%00:P",
		"Host: user@localhost:P",
		"Host: 127.0.0.1",
		"Host: 127.0.0.1.evil.example:P",
		"Host: 127.0.0.2:P",
		"Host: 127.1:P",
		"Host: 2130706433:P",
		"Host: 0x7f000001:P",
		"Host: 0.0.0.0:P",
		"Host: [::]:P",
		"Host: ::1:P",
		"Host: [::1%25lo]:P",
		"Host: [::ffff:127.0.0.1]:P",
		"Host: console.nightlatch.internal",
		"Host: console.nightlatch.internal:P",
		"Host:",
		"Host: localhost:P\r\nHost: evil.example",
		"Host: localhost:P, evil.example",
		"Host: evil.example\r\nX-Forwarded-Host: localhost:P",
		"Host: localhost:P\r\nOrigin: null",
		"Host: localhost:P\r\nOrigin:",
		"Host: localhost:P\r\nOrigin: http://evil.example",
		"Host: localhost:P\r\nOrigin: http://localhost",
		"Host: localhost:P\r\nOrigin: http://localhost:1",
		"Host: localhost:P\r\nOrigin: https://localhost:P",
		"Host: localhost:P\r\nOrigin: http://localhost:P/",
		"Host: localhost:P\r\nOrigin: http://localhost:P.evil.example",
		"Host: localhost:P\r\nOrigin: http://127.0.0.1:P",
		"Host: 127.0.0.1:P\r\nOrigin: http://localhost:P",
		"Host: localhost:P\r\nOrigin: http://localhost:P\r\nOrigin: http://evil.example",
		"Host: localhost:P\r\nOrigin: http://localhost:P http://evil.example",
		"Host: localhost:P\r\nOrigin: chrome-extension://abcdefgh",
		"Host: localhost:P\r\nSec-Fetch-Site: cross-site",
		"Host: localhost:P\r\nSec-Fetch-Site: same-site",
		"Host: localhost:P\r\nSec-Fetch-Site: Same-Origin",
		"Host: localhost:P\r\nSec-Fetch-Site: whatever",
		"Host: localhost:P\r\nSec-Fetch-Site:",
		"Host: localhost:P\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site",
		"Host: localhost:P\r\nOrigin: http://localhost:P\r\nSec-Fetch-Site: cross-site",
	} {
		fields = strings.ReplaceAll(fields, "P", port)
		for _, target := range []string{"GET /api/v1/about", "POST /api/v1/ceremonies", "GET /lab/v1/clock", "GET /nothing", "OPTIONS /api/v1/keys", "POST /oauth/token"} {
			res := raw(w, fmt.Sprintf("%s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n", target, fields))
			// net/http itself refuses a malformed Host, or two of them.
			if res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusBadRequest {
				t.Errorf("%s with %q: %d", target, fields, res.StatusCode)
			}
			if res.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s with %q: CORS", target, fields)
			}
		}
	}
	for _, line := range []string{
		"GET http://evil.example/api/v1/about HTTP/1.1\r\nHost: localhost:" + port,
		"GET http://localhost:" + port + "/api/v1/about HTTP/1.1\r\nHost: evil.example",
		"GET http://localhost:" + port + "/api/v1/about HTTP/1.1\r\nHost: localhost:" + port,
		"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443",
		"OPTIONS * HTTP/1.1\r\nHost: evil.example",
		"GET /api/v1/about HTTP/1.0",
	} {
		if res := raw(w, line+"\r\nConnection: close\r\n\r\n"); res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %d", line, res.StatusCode)
		}
	}
}

// The three names of loopback are accepted, and programs without Origin, and pages of
// this origin.
func TestAcceptedOrigins(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	port := w.URL[strings.LastIndexByte(w.URL, ':')+1:]
	for _, host := range []string{"localhost:", "127.0.0.1:", "[::1]:"} {
		host += port
		for _, fields := range []string{
			"", "\r\nOrigin: http://" + host, "\r\nSec-Fetch-Site: none",
			"\r\nOrigin: http://" + host + "\r\nSec-Fetch-Site: same-origin",
		} {
			res := raw(w, "GET /api/v1/about HTTP/1.1\r\nHost: "+host+fields+"\r\nConnection: close\r\n\r\n")
			if res.StatusCode != http.StatusOK {
				t.Errorf("%s%q: %d", host, fields, res.StatusCode)
			}
		}
	}
}

// Every spelling of the listener's address is accepted: RFC 9110 §4.2.3 (case), RFC 3986
// §6.2.3 (port), and long forms of ::1.
func TestEquivalentSpellingsAreAccepted(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	port := w.URL[strings.LastIndexByte(w.URL, ':')+1:]
	for _, fields := range []string{
		"Host: LOCALHOST:P", "Host: LocalHost:P\r\nOrigin: http://localhost:P", "Host: localhost:P\r\nOrigin: http://LOCALHOST:P",
		"Host: [0:0:0:0:0:0:0:1]:P", "Host: [0::1]:P\r\nOrigin: http://[::1]:P",
	} {
		fields = strings.ReplaceAll(fields, "P", port)
		if res := raw(w, "GET /api/v1/about HTTP/1.1\r\n"+fields+"\r\nConnection: close\r\n\r\n"); res.StatusCode != http.StatusOK {
			t.Errorf("%q: %d", fields, res.StatusCode)
		}
	}
}

// Browsers leave the scheme's own port out, in Host and in Origin.
func TestDefaultPorts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		address  string
		good     []string
		bad      []string
		wantSelf string
	}{
		{
			"http://localhost:80",
			[]string{"localhost", "localhost:80", "localhost:", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:80", "LOCALHOST"},
			[]string{"localhost:8440", "localhost:443", "localhost.", "evil.example", "evil.example:80", "localhost:080", "localhost.evil.example"},
			"http://localhost",
		},
		{
			"https://login.example:443",
			[]string{"login.example", "login.example:443", "LOGIN.example"},
			[]string{"login.example:80", "localhost", "example", "xlogin.example"},
			"https://login.example",
		},
	} {
		w := servertest.New(t)
		if err := w.SetURL(tt.address); err != nil {
			t.Fatal(err)
		}
		for _, host := range tt.good {
			if e := w.Do("GET", "/api/v1/about", "", "Host", host); e.Status != 200 {
				t.Errorf("%s, Host %s: %d", tt.address, host, e.Status)
			}
		}
		for _, host := range tt.bad {
			if e := w.Do("GET", "/api/v1/about", "", "Host", host); e.Status != 403 && e.Status != 400 {
				t.Errorf("%s, Host %s: %d", tt.address, host, e.Status)
			}
		}
		host := tt.good[0]
		for _, origin := range []string{tt.wantSelf, tt.wantSelf + tt.address[strings.LastIndexByte(tt.address, ':'):]} {
			if e := w.Do("GET", "/api/v1/about", "", "Host", host, "Origin", origin, "Sec-Fetch-Site", "same-origin"); e.Status != 200 {
				t.Errorf("%s, Origin %s: %d", tt.address, origin, e.Status)
			}
		}
		if e := w.Do("GET", "/api/v1/about", "", "Host", host, "Origin", "http://evil.example"); e.Status != 403 {
			t.Errorf("%s, a foreign origin: %d", tt.address, e.Status)
		}
	}
}

// Each cause of forbidden_origin has a reason and a sentence about it.
func TestForbiddenOriginProblem(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	cookie := "nightlatch_session=" + w.SignIn("ada").Token()
	details := map[string]bool{}
	for reason, fields := range map[string][]string{
		"host":      {"Host", "evil.example"},
		"origin":    {"Origin", "http://evil.example"},
		"site":      {"Sec-Fetch-Site", "cross-site"},
		"no_origin": {"Cookie", cookie},
	} {
		e := w.Do("POST", "/api/v1/sign-out", "", fields...)
		p := e.Problem(t)
		if e.Status != 403 || p.Code != api.ForbiddenOrigin || p.Reason != reason || p.Detail == "" || details[p.Detail] {
			t.Errorf("%s: %d %s", reason, e.Status, e.Body)
		}
		details[p.Detail] = true
	}
	r := httptest.NewRequest("GET", "http://localhost:8440/api/v1/about", nil)
	answer := httptest.NewRecorder()
	w.Handler().ServeHTTP(answer, r)
	if !strings.Contains(answer.Body.String(), `"reason":"target"`) {
		t.Errorf("a request for a proxy: %s", answer.Body)
	}
}

// Before SetURL, every request is refused. The console's handler accepts only the
// console.
func TestHandlersAnswerTheirOwnHost(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	wrong, stop := client.InMemory(w.Handler())
	defer stop()
	_, err := wrong.About(t.Context())
	servertest.WantProblem(t, "the console's host over a network", err, 403, api.ForbiddenOrigin)
	for _, address := range []string{"", "localhost:8440", "ftp://localhost", "http://", "http://[::1"} {
		if err := w.SetURL(address); err == nil {
			t.Errorf("SetURL(%q) succeeded", address)
		}
	}
}

// A listener that is not on loopback accepts only its own name.
func TestPublicHost(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	if err := w.SetURL("https://login.example:8443"); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"login.example:8443": 200, "login.example": 403, "localhost:8443": 403, "127.0.0.1:8443": 403} {
		if e := w.Do("GET", "/api/v1/about", "", "Host", host); e.Status != want {
			t.Errorf("%s: %d", host, e.Status)
		}
	}
	if e := w.Do("GET", "/api/v1/about", "", "Host", "login.example:8443", "Origin", "https://login.example:8443"); e.Status != 200 {
		t.Errorf("own origin: %d", e.Status)
	}
	if e := w.Do("GET", "/api/v1/about", "", "Host", "login.example:8443", "Origin", "http://login.example:8443"); e.Status != 403 {
		t.Errorf("without TLS: %d", e.Status)
	}
}

// A request with the cookie can change something only if its Origin is this one.
func TestCookie(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	cookie := "nightlatch_session=" + w.SignIn("ada").Token()
	if e := w.Do("GET", "/api/v1/account", "", "Cookie", cookie); e.Status != 200 {
		t.Errorf("looking: %d", e.Status)
	}
	if e := w.Do("POST", "/api/v1/sign-out", "", "Cookie", cookie); e.Status != 403 || e.Problem(t).Code != api.ForbiddenOrigin {
		t.Errorf("changing without an origin: %d %s", e.Status, e.Body)
	}
	if e := w.Do("POST", "/api/v1/ceremonies", `{"kind":"sign-in"}`, "Cookie", cookie, "Content-Type", servertest.JSONType); e.Status != 403 {
		t.Errorf("a ceremony without an origin: %d %s", e.Status, e.Body)
	}
	origin := w.URL
	e := w.Do("POST", "/api/v1/sign-out", "", "Cookie", cookie, "Origin", origin)
	if e.Status != 204 {
		t.Errorf("changing: %d %s", e.Status, e.Body)
	}
	if set := e.Header.Get("Set-Cookie"); !strings.HasPrefix(set, "nightlatch_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict") {
		t.Errorf("the cookie is taken back with %q", set)
	}
	if e := w.Do("GET", "/api/v1/account", "", "Cookie", cookie); e.Status != 401 {
		t.Errorf("after signing out: %d", e.Status)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	for _, e := range []servertest.Exchange{
		w.Do("GET", "/api/v1/about", ""), w.Do("GET", "/nothing", ""), w.Do("GET", "/api/v1/me", ""),
		w.Do("OPTIONS", "/api/v1/keys", ""), w.Do("GET", "/api/v1/about", "", "Origin", "null"), w.Do("GET", "/lab/v1/clock", ""),
	} {
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"X-Content-Type-Options":       "nosniff",
			"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := e.Header.Get(name); got != want {
				t.Errorf("%d: %s %q", e.Status, name, got)
			}
		}
	}
}
