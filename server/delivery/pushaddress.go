package delivery

import (
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"nightlatch/server/api"
)

// LabPush begins the push address of a device of the lab. The device's ID follows.
const LabPush = "lab:"

// pushAddressMax is the longest endpoint that is accepted, in bytes.
const pushAddressMax = 2048

// PushFault says what is wrong with a push address, in a sentence for its sender; "" for nothing. The
// endpoint is chosen by a client, so it must be an https address outside this network; the
// sender checks the addresses that its name leads to.
func PushFault(p api.PushAddress, lab bool, allowed []string) string {
	if strings.HasPrefix(p.Endpoint, LabPush) {
		if !lab {
			return "A device of the lab exists only in a lab. Give the https address of a push service."
		}
		return ""
	}
	u, err := url.Parse(p.Endpoint)
	switch {
	case err != nil, len(p.Endpoint) > pushAddressMax, u.Scheme != "https", u.Host == "", u.User != nil:
		return "Give the https address of a push service, as the Push API returns it."
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	address, notAddress := netip.ParseAddr(host)
	inside := notAddress == nil && !PublicAddress(address) || host == "localhost" || strings.HasSuffix(host, ".localhost")
	if inside && !slices.Contains(allowed, HostPort(u)) {
		return "That push service is inside this server's own network. Use one on the internet."
	}
	if key, err := base64.RawURLEncoding.DecodeString(p.Keys.P256dh); err != nil || len(key) != 65 || key[0] != 4 {
		return "keys.p256dh must be an uncompressed P-256 point in base64url without padding (RFC 8291)."
	}
	if auth, err := base64.RawURLEncoding.DecodeString(p.Keys.Auth); err != nil || len(auth) != 16 {
		return "keys.auth must be 16 bytes in base64url without padding (RFC 8291)."
	}
	return ""
}

// HostPort returns the host of an https address with its port.
func HostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// PublicAddress reports whether an address is outside every private network.
func PublicAddress(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !sharedSpace.Contains(a) && !benchmarks.Contains(a)
}

var (
	sharedSpace = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	benchmarks  = netip.MustParsePrefix("198.18.0.0/15") // RFC 2544
)

// PushHost returns the host of a push address, "lab" for a device of the lab, and "" for none.
func PushHost(p *api.PushAddress) string {
	switch {
	case p == nil:
		return ""
	case strings.HasPrefix(p.Endpoint, LabPush):
		return "lab"
	}
	u, err := url.Parse(p.Endpoint)
	if err != nil {
		return ""
	}
	return u.Host
}
