// Package origin converts addresses of servers to their normal form, so that
// all spellings of an address compare equal (RFC 9110 §4.2.3, RFC 3986 §6.2.2
// and §6.2.3, RFC 6454 §6.2). In this form, host names are in lower case, IPv6
// addresses are in their shortest form (RFC 5952), and the default port of the
// scheme is omitted.
//
// All code that compares or prints an address uses it: the check of Host and
// Origin, the origins of security keys, the printed address, and --server.
package origin

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// ErrNotAnAddress reports a text that is not the address of a server over http or https.
var ErrNotAnAddress = errors.New("origin: not the address of a server")

// defaultPorts are the ports that the normal form omits.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// Parse returns the origin of a URL in its normal form: "http://localhost:8440". A path
// may only be "/".
func Parse(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", ErrNotAnAddress
	}
	return Join(u.Scheme, u.Host) // url.Parse writes the scheme in lower case
}

// Join returns the origin of a scheme in lower case and an authority, such as
// a Host header field.
func Join(scheme, authority string) (string, error) {
	own, ok := defaultPorts[scheme]
	if !ok {
		return "", ErrNotAnAddress
	}
	host, port, ok := split(authority)
	if !ok {
		return "", ErrNotAnAddress
	}
	if port == "" || port == own {
		return scheme + "://" + host, nil
	}
	return scheme + "://" + host + ":" + port, nil
}

// Host returns the host of an origin in its normal form, without port and brackets.
func Host(origin string) string {
	_, authority, _ := strings.Cut(origin, "://")
	host, _, _ := split(authority)
	return strings.Trim(host, "[]")
}

// split returns the host of an authority (RFC 3986 §3.2) in its normal form,
// and its port. ok is false for an authority with a user name, a zone, a
// percent escape, or an IPv4 address in another form than four decimal
// numbers.
func split(authority string) (host, port string, ok bool) {
	if inside, found := strings.CutPrefix(authority, "["); found {
		text, rest, found := strings.Cut(inside, "]")
		ip, err := netip.ParseAddr(text)
		if !found || err != nil || !ip.Is6() || ip.Is4In6() || ip.Zone() != "" {
			return "", "", false
		}
		host, authority = "["+ip.String()+"]", rest
		if rest != "" && rest[0] != ':' {
			return "", "", false
		}
		port = strings.TrimPrefix(rest, ":")
	} else {
		host, port, _ = strings.Cut(authority, ":")
		if host = name(host); host == "" {
			return "", "", false
		}
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || strconv.FormatUint(n, 10) != port {
			return "", "", false
		}
	}
	return host, port, true
}

// name returns a host name in lower case, or "" if s is not one. A final dot
// stays: the RFCs do not treat the two names as equivalent, and browsers keep
// their cookies and keys apart.
func name(s string) string {
	s = strings.ToLower(s)
	if len(s) > 253 || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	}) {
		return ""
	}
	return s
}
