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
// another site can make a browser send requests to a loopback port, and with a
// name server of its own (DNS rebinding, CVE-2022-41924) even read the answers;
// its Host, Origin or Sec-Fetch-Site gives it away. Everything is compared as a
// whole: no prefixes, no case folding, no default ports.
type originCheck struct {
	origins atomic.Pointer[map[string]string] // by Host field, what Origin must be
	next    http.Handler
}

// setURL makes g answer to the address that a listener has, and to the origins
// that a proxy passes on with their own Host. A listener of localhost answers to its
// three names, any other only to the one in the address.
func (g *originCheck) setURL(address string, proxied ...string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("httpapi: %q is no address of a listener", address)
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

// consoleCheck answers to the connection inside the program and to nothing else.
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

// admits reports whether a request was made for this listener, by a program or
// by a page of this very origin. A request line with a whole address in it is
// for a proxy, which this is not.
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

// sameOrigin reports whether the request says that a page of this origin made
// it; what admits let through with an Origin does.
func sameOrigin(r *http.Request) bool { return len(r.Header["Origin"]) == 1 }

// isClean reports whether a path is one that a route can have: no empty or dot
// segments, which ServeMux would answer with a redirect.
func isClean(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		!strings.Contains(path, "/./") && !strings.Contains(path, "/../") &&
		!strings.HasSuffix(path, "/.") && !strings.HasSuffix(path, "/..")
}
