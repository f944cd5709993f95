// Package basic speaks HTTP Basic (RFC 7617): a user name and a secret in every
// request, and a challenge with a problem document where they are not accepted.
package basic

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"nightlatch/server/api"
	"nightlatch/server/thirdparty"
)

// Challenge is the WWW-Authenticate field of a 401. RFC 7617 §2.1 has a charset
// parameter too; clients compare the field as a whole, so it is left out.
const Challenge = `Basic realm="Nightlatch"`

// Present reports whether a request carries the Basic scheme at all. Two
// Authorization fields are none: what stands before us might have looked at the
// other.
func Present(r *http.Request) bool {
	const scheme = "Basic "
	fields := r.Header["Authorization"]
	return len(fields) == 1 && len(fields[0]) >= len(scheme) && strings.EqualFold(fields[0][:len(scheme)], scheme)
}

// Attempt reads the user name and secret of a request. What is not well-formed,
// or not UTF-8, is an attempt with nothing in it, which is checked and refused
// like any other.
func Attempt(r *http.Request) thirdparty.Attempt {
	username, secret, ok := r.BasicAuth()
	if !ok || !utf8.ValidString(username) || !utf8.ValidString(secret) {
		username, secret = "", ""
	}
	return thirdparty.Attempt{Username: username, Secret: secret, Protocol: thirdparty.HTTPBasic}
}

// Problem turns a refusal into a problem document and its status: 401, and the
// caller adds Challenge; 429 and 503 with Retry-After instead.
func Problem(r *thirdparty.Refusal) *api.Problem {
	title, detail := r.Words()
	p := &api.Problem{
		Type:   "about:blank",
		Title:  title,
		Status: http.StatusUnauthorized,
		Detail: detail,
		Code:   r.Code,
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
