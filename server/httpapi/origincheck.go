package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/origin"
)

// An originCheck answers only requests that were meant for this listener. A page on
// another site can make a browser send requests to a loopback port, and with DNS
// rebinding (CVE-2022-41924) it can even read the answers. Such requests have a foreign
// Host, Origin or Sec-Fetch-Site. Host and Origin are compared as a whole, in their normal
// form (package origin): no prefixes, but every spelling of the same address.
type originCheck struct {
	accepted atomic.Pointer[accepted]
	next     http.Handler
}

// accepted are the origins of the listener and of proxies, in their normal form.
type accepted struct {
	origins map[string]bool
	hosts   map[string]string // Host fields in their normal form, and the origin of each
}

func (a *accepted) add(o string) {
	_, host, _ := strings.Cut(o, "://")
	a.origins[o], a.hosts[host] = true, o
}

// setURL sets the accepted origins: that of the listener's address, and those of proxied,
// for a proxy that passes Host on. A listener on localhost has three names; any other
// has only the one in its address.
func (g *originCheck) setURL(address string, proxied ...string) error {
	own, err := origin.Parse(address)
	if err != nil {
		return fmt.Errorf("httpapi: %q is not the address of a listener", address)
	}
	a := &accepted{map[string]bool{}, map[string]string{}}
	a.add(own)
	host := origin.Host(own)
	if names := []string{localhost, "127.0.0.1", "::1"}; slices.Contains(names, host) {
		u, err := url.Parse(own)
		if err != nil {
			return fmt.Errorf("httpapi: %w", err)
		}
		port := ""
		if u.Port() != "" {
			port = ":" + u.Port()
		}
		for _, name := range []string{localhost, "127.0.0.1", "[::1]"} {
			a.add(u.Scheme + "://" + name + port)
		}
	}
	for _, o := range proxied {
		if o, err = origin.Parse(o); err != nil {
			return fmt.Errorf("httpapi: %q is not an origin", o)
		}
		a.add(o)
	}
	g.accepted.Store(a)
	return nil
}

// consoleCheck accepts only the connection inside the program.
func consoleCheck(next http.Handler) *originCheck {
	g := &originCheck{next: next}
	a := &accepted{map[string]bool{}, map[string]string{}}
	a.add("http://" + client.InMemoryHost)
	g.accepted.Store(a)
	return g
}

func (g *originCheck) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if why := g.refuses(r); why != "" {
		writeProblem(w, forbiddenOrigin(why))
		return
	}
	g.next.ServeHTTP(w, r)
}

// Why a request is refused: the reasons of forbidden_origin.
const (
	foreignTarget = "target" // the request line has a whole URL, which is meant for a proxy
	foreignHost   = "host"
	foreignOrigin = "origin"
	foreignSite   = "site"      // Sec-Fetch-Site
	noOrigin      = "no_origin" // a change with the cookie (Handler.identify)
)

// forbiddenOrigin returns the problem for a reason.
func forbiddenOrigin(why string) *api.Problem {
	switch why {
	case foreignTarget:
		return &api.Problem{
			Status: http.StatusForbidden, Code: api.ForbiddenOrigin, Reason: "target", Title: "This request was meant for a proxy",
			Detail: "The request line has a whole URL. Connect to the server itself, and send the path only.",
		}
	case foreignHost:
		return &api.Problem{
			Status: http.StatusForbidden, Code: api.ForbiddenOrigin, Reason: "host", Title: "This request was meant for another address",
			Detail: "Its Host field is not this server's address. Use the address that the server printed, or start the server with --origin if it is behind a proxy.",
		}
	case foreignOrigin:
		return &api.Problem{
			Status: http.StatusForbidden, Code: api.ForbiddenOrigin, Reason: "origin", Title: "This request came from somewhere else",
			Detail: "Its Origin field is not this server's address. A page of another site cannot use this server. A program should send no Origin.",
		}
	case noOrigin:
		return &api.Problem{
			Status: http.StatusForbidden, Code: api.ForbiddenOrigin, Reason: "no_origin", Title: "This request does not say where it came from",
			Detail: "A change with the session cookie needs the Origin field, which browsers send. A program should send the session as Authorization: Bearer.",
		}
	}
	return &api.Problem{
		Status: http.StatusForbidden, Code: api.ForbiddenOrigin, Reason: "site", Title: "This request came from a page of another site",
		Detail: "Its Sec-Fetch-Site field says so. Open the address that the server printed, or send the request from a program.",
	}
}

// refuses returns why a request was not made for this listener, by a program or by a
// page of this origin, or "".
func (g *originCheck) refuses(r *http.Request) (why string) {
	a := g.accepted.Load()
	if r.URL.Host != "" || r.URL.Scheme != "" {
		return foreignTarget
	}
	meant := ""
	if a != nil {
		meant = a.meant(r.Host)
	}
	if meant == "" {
		return foreignHost
	}
	switch sent := r.Header["Origin"]; {
	case len(sent) > 1, len(sent) == 1 && !sameAs(meant, sent[0]):
		return foreignOrigin
	}
	// W3C Fetch Metadata §2.1. "same-site" is another port of this machine.
	switch site := r.Header["Sec-Fetch-Site"]; {
	case len(site) > 1, len(site) == 1 && site[0] != "same-origin" && site[0] != "none":
		return foreignSite
	}
	return ""
}

// meant returns the accepted origin for a Host field, or "". The field has no
// scheme and may have no port.
func (a *accepted) meant(host string) string {
	if o, ok := a.hosts[host]; ok { // the usual spelling
		return o
	}
	for _, scheme := range []string{"http", "https"} {
		if o, err := origin.Join(scheme, host); err == nil && a.origins[o] {
			return o
		}
	}
	return ""
}

// sameAs reports whether an Origin field means the origin. A field with a path is not an
// origin (RFC 6454 §7.1).
func sameAs(meant, field string) bool {
	if field == meant {
		return true
	}
	scheme, authority, _ := strings.Cut(field, "://")
	o, err := origin.Join(strings.ToLower(scheme), authority)
	return err == nil && o == meant
}

// sameOrigin reports whether a request has an Origin. If refuses has accepted the
// request, it is this origin.
func sameOrigin(r *http.Request) bool { return len(r.Header["Origin"]) == 1 }

// isClean reports whether a path is one that a route can have: no empty or dot
// segments, which ServeMux would answer with a redirect.
func isClean(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		!strings.Contains(path, "/./") && !strings.Contains(path, "/../") &&
		!strings.HasSuffix(path, "/.") && !strings.HasSuffix(path, "/..")
}
