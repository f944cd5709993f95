// Package basic implements HTTP Basic (RFC 7617): every request carries a user name and
// a secret. If they are not accepted, the answer is a challenge with a problem
// document.
package basic

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"nightlatch/server/api"
	"nightlatch/server/thirdparty"
)

// Challenge is the WWW-Authenticate field of a 401. The charset parameter of RFC 7617
// §2.1 is left out, because some clients compare the whole field.
const Challenge = `Basic realm="Nightlatch"`

// Present reports whether a request uses the Basic scheme. A request with two
// Authorization fields does not: a proxy might have checked the other one.
func Present(r *http.Request) bool {
	const scheme = "Basic "
	fields := r.Header["Authorization"]
	return len(fields) == 1 && len(fields[0]) >= len(scheme) && strings.EqualFold(fields[0][:len(scheme)], scheme)
}

// Attempt reads the user name and secret of a request. If they are malformed or not
// UTF-8, both are empty. Such an attempt is checked and refused like any other.
func Attempt(r *http.Request) thirdparty.Attempt {
	username, secret, ok := r.BasicAuth()
	if !ok || !utf8.ValidString(username) || !utf8.ValidString(secret) {
		username, secret = "", ""
	}
	return thirdparty.Attempt{Username: username, Secret: secret, Protocol: thirdparty.HTTPBasic}
}

// Problem turns a refusal into a problem document. The status is 401, for which the
// caller adds Challenge, or 429 or 503, for which it adds Retry-After.
func Problem(r *thirdparty.Refusal) *api.Problem {
	title, detail := r.Text()
	p := &api.Problem{
		Type:   "about:blank",
		Title:  title,
		Status: http.StatusUnauthorized,
		Detail: detail,
		Code:   r.Code,
		Reason: r.Why(),
		Rule:   r.Rule,
	}
	switch r.Code {
	case api.Throttled:
		p.Status = http.StatusTooManyRequests
	case api.Unavailable:
		p.Status = http.StatusServiceUnavailable
	}
	if !r.RetryAt.IsZero() {
		at := r.RetryAt.UTC()
		p.RetryAt = &at
	}
	return p
}
