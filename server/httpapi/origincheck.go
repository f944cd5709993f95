package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"nightlatch/server/client"
)

// An originCheck answers only requests that were meant for this listener. A page on
// another site can make a browser send requests to a loopback port, and with DNS
// rebinding (CVE-2022-41924) it can even read the answers. Such requests have a foreign
// Host, Origin or Sec-Fetch-Site. Values are compared as a whole: no prefixes, no case
// folding, no default ports.
type originCheck struct {
	origins atomic.Pointer[map[string]string] // by Host field, the expected Origin
	next    http.Handler
}

// setURL sets the accepted hosts: that of the listener's address, and those of proxied,
// for a proxy that passes Host on. A listener on localhost has three names; any other
// has only the one in its address.
func (g *originCheck) setURL(address string, proxied ...string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("httpapi: %q is not the address of a listener", address)
	}
	hosts := []string{u.Host}
	switch u.Hostname() {
	case localhost, "127.0.0.1", "::1":
		hosts = []string{localhost, "127.0.0.1", "[::1]"}
		if port := u.Port(); port != "" {
			for i := range hosts {
				hosts[i] += ":" + port
			}
		}
	}
	origins := map[string]string{}
	for _, host := range hosts {
		origins[host] = u.Scheme + "://" + host
	}
	for _, origin := range proxied {
		_, host, _ := strings.Cut(origin, "://")
		origins[host] = origin
	}
	g.origins.Store(&origins)
	return nil
}

// consoleCheck accepts only the connection inside the program.
func consoleCheck(next http.Handler) *originCheck {
	g := &originCheck{next: next}
	g.origins.Store(&map[string]string{client.InMemoryHost: "http://" + client.InMemoryHost})
	return g
}

func (g *originCheck) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.admits(r) {
		writeProblem(w, forbiddenOrigin())
		return
	}
	g.next.ServeHTTP(w, r)
}

// admits reports whether a request was made for this listener, by a program or by a
// page of this origin. A request line with an absolute URL is meant for a proxy and is
// refused.
func (g *originCheck) admits(r *http.Request) bool {
	origins := g.origins.Load()
	if origins == nil || r.URL.Host != "" || r.URL.Scheme != "" {
		return false
	}
	origin, ok := (*origins)[r.Host]
	if !ok {
		return false
	}
	switch sent := r.Header["Origin"]; {
	case len(sent) > 1, len(sent) == 1 && sent[0] != origin:
		return false
	}
	// W3C Fetch Metadata §2.1. "same-site" is another port of this machine.
	switch site := r.Header["Sec-Fetch-Site"]; {
	case len(site) > 1, len(site) == 1 && site[0] != "same-origin" && site[0] != "none":
		return false
	}
	return true
}

// sameOrigin reports whether a request has an Origin. If admits has accepted the
// request, it is this origin.
func sameOrigin(r *http.Request) bool { return len(r.Header["Origin"]) == 1 }

// isClean reports whether a path is one that a route can have: no empty or dot
// segments, which ServeMux would answer with a redirect.
func isClean(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		!strings.Contains(path, "/./") && !strings.Contains(path, "/../") &&
		!strings.HasSuffix(path, "/.") && !strings.HasSuffix(path, "/..")
}
