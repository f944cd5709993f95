package fido

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// An origin is the origin of the relying party's options.
type origin struct {
	text string // "https://example.org:8443", as in the client data
	host string
}

// parseOrigin accepts potentially trustworthy origins (W3C Secure Contexts): https,
// and http on localhost.
func parseOrigin(s string) (origin, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return origin{}, errors.New("fido: Config.Origin is not an origin such as https://example.org")
	}
	if u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return origin{}, errors.New("fido: Config.Origin has more than scheme, host and port")
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && (host == "localhost" || strings.HasSuffix(host, ".localhost")):
	default:
		return origin{}, fmt.Errorf("fido: Config.Origin must be https, or http on localhost, not %s://%s", u.Scheme, host)
	}
	return origin{text: u.Scheme + "://" + strings.ToLower(u.Host), host: host}, nil
}

// owns checks that the relying party's ID is the origin's host or a registrable
// suffix of it (WebAuthn section 5.1.3, step 8), so that a site cannot use the
// credentials of another.
func (o origin) owns(rpID string) error {
	if rpID == "" || rpID != strings.ToLower(rpID) {
		return &MalformedError{Field: "rpId", Reason: "empty or not in lower case"}
	}
	if _, err := netip.ParseAddr(strings.Trim(o.host, "[]")); err == nil {
		return fmt.Errorf("%w: an IP address cannot be a relying party", ErrOrigin)
	}
	if rpID == o.host {
		return nil
	}
	suffix, _ := publicsuffix.PublicSuffix(rpID)
	if strings.HasSuffix(o.host, "."+rpID) && suffix != rpID {
		return nil
	}
	return fmt.Errorf("%w: %q asked for from %q", ErrOrigin, rpID, o.text)
}

// clientData is CollectedClientData (WebAuthn section 5.8.1). Its members are in the
// order of that section's serialization.
type clientData struct {
	Type        string `json:"type"`
	Challenge   string `json:"challenge"`
	Origin      string `json:"origin"`
	CrossOrigin bool   `json:"crossOrigin"`
}

const (
	typeCreate = "webauthn.create"
	typeGet    = "webauthn.get"
)

func (o origin) clientData(typ string, challenge []byte) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // the serialization escapes only quote, backslash and controls
	err := enc.Encode(clientData{
		Type:      typ,
		Challenge: base64.RawURLEncoding.EncodeToString(challenge),
		Origin:    o.text,
	})
	if err != nil {
		return nil, fmt.Errorf("fido: encoding client data: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
