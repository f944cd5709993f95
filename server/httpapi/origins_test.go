package httpapi_test

import (
	"strings"
	"testing"

	"nightlatch/server/httpapi"
	"nightlatch/server/servertest"
)

func TestCheckOrigins(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rpID, origins string
		ok            bool
	}{
		{"localhost", "", true},
		{"localhost", "http://localhost:8440", true},
		{"localhost", "http://nightlatch.localhost", false}, // "localhost" is a public suffix
		{"nightlatch.localhost", "http://nightlatch.localhost:8440", true},
		{"nas", "https://nas", false},
		{"example.org", "https://example.org https://login.example.org https://a.b.example.org:8443", true},
		{"xn--bcher-kva.example", "https://xn--bcher-kva.example", true},
		{"", "", false},
		{"Example.org", "", false},
		{"example.org.", "", false},
		{".example.org", "", false},
		{"example..org", "", false},
		{"*.example.org", "", false},
		{"a_b.example.org", "", false},
		{"-a.example.org", "", false},
		{"bücher.example", "", false},
		{"127.0.0.1", "", false},
		{"::1", "", false},
		{"example.org:443", "", false},
		{"https://example.org", "", false},
		{"example.org/", "", false},
		{strings.Repeat("a", 64) + ".example", "", false},
		{longName, "https://" + longName, true},
		{"a" + longName, "", false}, // R15
		{"example.org", "http://example.org", false},
		{"example.org", "ftp://example.org", false},
		{"example.org", "https://example.org/", false},
		{"example.org", "https://example.org:443", false},
		{"example.org", "https://EXAMPLE.org", false},
		{"example.org", "https://ann@example.org", false},
		{"example.org", "https://*.example.org", false},
		{"example.org", "https://", false},
		{"example.org", "example.org", false},
		{"example.org", "https://example.com", false},
		{"example.org", "https://evilexample.org", false},
		{"example.org", "https://example.org.evil.example", false},
		{"login.example.org", "https://example.org", false},
		{"co.uk", "https://nightlatch.co.uk", false},
		{"example.org", "https://127.0.0.1", false},
		{"localhost", "http://127.0.0.1:8440", false},
	} {
		err := httpapi.CheckOrigins(tt.rpID, strings.Fields(tt.origins))
		if (err == nil) != tt.ok {
			t.Errorf("%q at %q: %v", tt.rpID, tt.origins, err)
		}
	}
}

// longName has 143 characters.
var longName = strings.Repeat(strings.Repeat("a", 43)+".", 3) + "example.org"

// A proxy on this machine may pass the client's Host on. That name is accepted like the
// listener's own, compared as a whole, and only with its own Origin.
func TestProxiedOrigins(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithRPID("example.org", "https://login.example.org", "https://example.org:8443"))
	near := strings.TrimPrefix(w.URL, "http://")
	for _, tt := range []struct {
		host, origin string
		want         int
	}{
		{"login.example.org", "", 200},
		{"login.example.org", "https://login.example.org", 200},
		{"example.org:8443", "https://example.org:8443", 200},
		{near, "http://" + near, 200},
		{"login.example.org", "https://login.example.org:443", 200}, // the same address, spelled otherwise
		{"login.example.org:443", "", 200},
		{"LOGIN.example.org", "", 200},
		{"login.example.org.", "", 403},
		{"login.example.org", "http://login.example.org", 403},
		{"login.example.org", "https://example.org:8443", 403},
		{"login.example.org", "http://" + near, 403},
		{"login.example.org:80", "", 403},
		{"login.example.org.evil.example", "", 403},
		{"example.org", "", 403},
		{"evil.example.org", "", 403},
		{near, "https://login.example.org", 403},
	} {
		fields := []string{"Host", tt.host}
		if tt.origin != "" {
			fields = append(fields, "Origin", tt.origin)
		}
		if e := w.Do("GET", "/api/v1/about", "", fields...); e.Status != tt.want {
			t.Errorf("Host %s, Origin %q: %d, want %d", tt.host, tt.origin, e.Status, tt.want)
		}
	}
	if e := w.Do("GET", "/api/v1/about", "", "Host", "login.example.org", "Sec-Fetch-Site", "same-site"); e.Status != 403 {
		t.Errorf("from a sibling's page: %d", e.Status)
	}
	for _, host := range []string{"login.example.org", "LOGIN.example.org", "login.example.org:443", "example.org:8443", "EXAMPLE.org:8443"} {
		if e := w.Do("GET", "/lab/v1/clock", "", "Host", host); e.Status != 404 {
			t.Errorf("the lab from outside, as %s: %d", host, e.Status)
		}
	}
	if e := w.Do("GET", "/lab/v1/clock", ""); e.Status != 200 {
		t.Errorf("the lab from here: %d", e.Status)
	}
	// Unless configured otherwise, most proxies replace Host by the listener's own, and
	// add a field that names the client.
	for _, field := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if e := w.Do("GET", "/lab/v1/clock", "", field, "203.0.113.9"); e.Status != 404 {
			t.Errorf("the lab through a proxy that sends %s: %d", field, e.Status)
		}
	}
}
