package fido

import (
	"errors"
	"testing"
)

func TestOrigins(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, want string // want "": refused
	}{
		{"http://localhost:8440", "http://localhost:8440"},
		{"HTTPS://Example.ORG", "https://example.org"},
		{"http://lab.localhost", "http://lab.localhost"},
		{"http://example.org", ""},
		{"https://example.org/", ""},
		{"https://example.org?x", ""},
		{"https://alice@example.org", ""},
		{"localhost", ""},
		{"", ""},
		{"file:///etc", ""},
	} {
		o, err := parseOrigin(tt.in)
		if (err == nil) != (tt.want != "") || o.text != tt.want {
			t.Errorf("parseOrigin(%q) = %q, %v; want %q", tt.in, o.text, err, tt.want)
		}
	}
}

// The relying party's ID is the origin's host or a registrable suffix of it.
func TestRelyingPartyOfOrigin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		origin, rpID string
		want         error
	}{
		{"http://localhost:8440", "localhost", nil},
		{"https://login.example.org", "login.example.org", nil},
		{"https://login.example.org", "example.org", nil},
		{"https://login.example.co.uk", "example.co.uk", nil},
		{"https://login.example.co.uk", "co.uk", ErrOrigin},
		{"https://example.org", "org", ErrOrigin},
		{"https://alice.github.io", "github.io", ErrOrigin},
		{"https://example.org", "login.example.org", ErrOrigin},
		{"https://evilexample.org", "example.org", ErrOrigin},
		{"https://example.org.evil.net", "example.org", ErrOrigin},
		{"https://192.0.2.1", "192.0.2.1", ErrOrigin},
		{"https://192.0.2.1", "2.1", ErrOrigin},
		{"http://localhost:8440", "example.org", ErrOrigin},
		{"https://example.org", "Example.org", ErrMalformed},
		{"https://example.org", "", ErrMalformed},
	} {
		o, err := parseOrigin(tt.origin)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.owns(tt.rpID); !errors.Is(err, tt.want) {
			t.Errorf("%s for %q: %v, want %v", tt.origin, tt.rpID, err, tt.want)
		}
	}
}

// The serialization is that of WebAuthn section 5.8.1.1.
func TestClientData(t *testing.T) {
	t.Parallel()
	o, err := parseOrigin(testOrigin)
	if err != nil {
		t.Fatal(err)
	}
	got, err := o.clientData(typeGet, []byte{0xff, 0xfe, 0xfd})
	want := `{"type":"webauthn.get","challenge":"__79","origin":"http://localhost:8440","crossOrigin":false}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}
