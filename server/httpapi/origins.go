package httpapi

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"nightlatch/server/origin"
	"nightlatch/server/webauthn"
)

// localhost is the relying-party ID of a server for its own machine only.
const localhost = "localhost"

// nameMax is the longest name, in characters, that fits a text message of one
// segment together with a code (R15).
const nameMax = 143

// CheckOrigins checks a relying-party ID and the origins of the server. An origin must
// use https, or http on this machine, and its host must be the ID or below it (W3C
// WebAuthn Level 3, §5.1.3 step 8). The error is a sentence for the person who
// configured them.
func CheckOrigins(rpID string, origins []string) error {
	if webauthn.CheckID(rpID) != nil || !isHostName(rpID) {
		return fmt.Errorf("%q cannot be a relying-party ID; it must be a host name in lower case, such as example.org, without port or path", rpID)
	}
	if len(rpID) > nameMax {
		return fmt.Errorf("%q is too long; texted codes contain it, so it can have at most %d characters", rpID, nameMax)
	}
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || o != u.Scheme+"://"+strings.ToLower(u.Host) ||
			u.Port() == map[string]string{"https": "443", "http": "80"}[u.Scheme] && u.Port() != "" {
			return fmt.Errorf("%q is not an origin; write it as a browser does, such as https://example.org, without path or default port", o)
		}
		host := u.Hostname()
		if _, err := netip.ParseAddr(host); err != nil && !isHostName(host) {
			return fmt.Errorf("%q has no host", o)
		}
		if u.Scheme != "https" && (u.Scheme != "http" || !isLocalName(host)) {
			return fmt.Errorf("%q is refused: browsers use security keys only over https, except with this machine's own names", o)
		}
		if !belongs(host, rpID) {
			return fmt.Errorf("%q does not belong to the name %s; a security key works only on that host and its subdomains", o, rpID)
		}
	}
	return nil
}

// isHostName reports whether s is a host name in lower case (RFC 1123, §2.1): letters,
// digits, dots and inner hyphens, with other scripts as Punycode.
func isHostName(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) {
			return false
		}
	}
	return len(s) <= 253
}

// belongs reports whether a host may use a relying-party ID.
func belongs(host, rpID string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	suffix, _ := publicsuffix.PublicSuffix(rpID)
	return host == rpID || strings.HasSuffix(host, "."+rpID) && suffix != rpID
}

// isLocalName reports whether a name always means this machine (RFC 6761, §6.3).
func isLocalName(host string) bool {
	return host == localhost || strings.HasSuffix(host, "."+localhost)
}

// KeyOrigins lists the origins whose pages and programs may use security keys: the
// listener's own, if its host belongs to the relying-party ID, and the configured ones.
// The host of the ID alone is not among them, because another program may answer there.
func (h *Handler) KeyOrigins() []string {
	origins := slices.Clone(h.cfg.Origins)
	if own := h.url.Load(); own != nil && belongs(origin.Host(*own), h.cfg.RPID) {
		origins = append(origins, *own)
	}
	return origins
}

// proxyFields are what proxies add to requests (RFC 7239 §4, RFC 9110 §7.6.3, and older
// fields), as net/http spells them.
var proxyFields = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"}

// localOnly passes requests from this machine to local, and those through a proxy to
// hidden: the lab's phones and clock are only for the user of this machine. A proxy
// that changes Host is recognised by the fields it adds.
func (h *Handler) localOnly(local, hidden http.Handler) http.Handler {
	far := func(host string) bool {
		return slices.ContainsFunc(h.cfg.Origins, func(o string) bool {
			scheme, _, _ := strings.Cut(o, "://")
			asked, err := origin.Join(scheme, host)
			return err == nil && asked == o && !isLocalName(origin.Host(o))
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied := slices.ContainsFunc(proxyFields, func(name string) bool { return r.Header[name] != nil })
		if proxied || far(r.Host) {
			hidden.ServeHTTP(w, r)
			return
		}
		local.ServeHTTP(w, r)
	})
}
