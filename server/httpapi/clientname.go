package httpapi

import (
	"context"
	"net"
	"net/http"
	"strings"

	"nightlatch/server/fairqueue"
	"nightlatch/server/rawtext"
)

// remoteAddr returns the address of the client without its port, or "console" for the
// connection within the program.
func remoteAddr(r *http.Request) string { return hostOf(r.RemoteAddr) }

func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return "console" // net.Pipe has no addresses
}

type windowKey struct{}

// markWindow marks requests from this program's own window. Their hashes go
// ahead of those for strangers (fairqueue.Known).
func markWindow(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := fairqueue.WithClass(r.Context(), fairqueue.Known)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, windowKey{}, true)))
	})
}

// fromWindow reports whether a request came from the window of this program.
func fromWindow(r *http.Request) bool { return r.Context().Value(windowKey{}) != nil }

// clientName returns the name that a client gives itself, for the list of
// sessions (R44). Strangers choose such names, so it is cleaned
// (rawtext.Stranger).
func clientName(r *http.Request) string {
	agent := r.UserAgent()
	if browser := browserOf(agent); browser != "" {
		return browser
	}
	product, _, _ := strings.Cut(agent, " ")
	return rawtext.Stranger(strings.Replace(product, "/", " ", 1)) // curl/8.5.0
}

// deviceOf returns the device token of a request, issued at an earlier sign-in
// (R43), or "". Two token fields count as none.
func deviceOf(r *http.Request) string {
	if fields := r.Header["Nightlatch-Device"]; len(fields) == 1 {
		return fields[0]
	}
	return ""
}

// byPerson reports whether a request says that a person caused it. Other
// requests come from a program on its own (R44).
func byPerson(r *http.Request) bool {
	fields := r.Header["Nightlatch-Person"]
	return len(fields) == 1 && fields[0] == "1"
}

// browserOf returns the names of a browser and its system, "Firefox, Linux", or "". The
// order matters: the agent string of a browser also contains names that are later in
// the list.
func browserOf(agent string) string {
	if !strings.HasPrefix(agent, "Mozilla/") {
		return ""
	}
	first := func(pairs ...[2]string) string {
		for _, p := range pairs {
			if strings.Contains(agent, p[0]) {
				return p[1]
			}
		}
		return ""
	}
	name := first(
		[2]string{"Edg", "Edge"},
		[2]string{"OPR/", "Opera"},
		[2]string{"Firefox/", "Firefox"},
		[2]string{"FxiOS/", "Firefox"},
		[2]string{"Chrome/", "Chrome"},
		[2]string{"CriOS/", "Chrome"},
		[2]string{"Safari/", "Safari"},
	)
	system := first(
		[2]string{"Windows", "Windows"},
		[2]string{"iPhone", "iPhone"},
		[2]string{"iPad", "iPad"},
		[2]string{"Android", "Android"},
		[2]string{"Mac OS", "macOS"},
		[2]string{"CrOS", "ChromeOS"},
		[2]string{"Linux", "Linux"},
	)
	switch {
	case name == "":
		return ""
	case system == "":
		return name
	}
	return name + ", " + system
}
