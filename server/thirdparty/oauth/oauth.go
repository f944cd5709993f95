// Package oauth implements the resource owner password credentials grant of OAuth 2.0
// (RFC 6749 §4.3): a client sends a user name and a secret and receives a bearer token.
//
// The grant is deprecated (RFC 9700 §2.4). It exists for clients that support nothing
// better. The token can only read the user's identity; it cannot change anything.
package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"nightlatch/server/api"
	"nightlatch/server/thirdparty"
)

// Scope is the scope of every token. It allows GET /api/v1/me.
const Scope = "me"

// Life is the longest lifetime of a token.
const Life = time.Hour

// maxForm bounds the body, in bytes.
const maxForm = 64 << 10

// Error codes of RFC 6749 §5.2. That section has none for a busy server, so
// temporarilyUnavailable comes from §4.1.2.1.
const (
	invalidRequest         = "invalid_request"
	invalidGrant           = "invalid_grant"
	unsupportedGrantType   = "unsupported_grant_type"
	temporarilyUnavailable = "temporarily_unavailable"
)

// An Issuer makes a token for an identity, valid until the given time at most.
type Issuer interface {
	Issue(id thirdparty.Identity, until time.Time) (token string, err error)
}

// Config configures the token endpoint.
type Config struct {
	Checker thirdparty.Checker
	Issuer  Issuer
	Now     func() time.Time
	// From returns the name and IP address of the client.
	From func(*http.Request) (client, address string)
	// Fail reports an internal error of the server.
	Fail func(*http.Request, error)
}

// New returns the token endpoint, for POST.
func New(cfg Config) (http.Handler, error) {
	if cfg.Checker == nil || cfg.Issuer == nil || cfg.Now == nil || cfg.From == nil || cfg.Fail == nil {
		return nil, errors.New("oauth: incomplete configuration")
	}
	return &endpoint{cfg}, nil
}

type endpoint struct{ Config }

// grant is the answer of RFC 6749 §5.1.
type grant struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
}

// failure is the answer of RFC 6749 §5.2, extended with our code.
type failure struct {
	status      int
	retryAfter  int    // seconds, or 0
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Code        string `json:"code,omitempty"`
	Reason      string `json:"reason,omitempty"`
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, bad := read(r)
	if bad != nil {
		bad.write(w)
		return
	}
	granted, bad, err := e.exchange(r.Context(), r, form)
	switch {
	case err != nil:
		e.Fail(r, err)
		bad = &failure{
			status: http.StatusServiceUnavailable, retryAfter: 5, Error: temporarilyUnavailable,
			Description: "Something went wrong in the server.", Code: api.Unavailable,
		}
		bad.write(w)
	case bad != nil:
		bad.write(w)
	default:
		write(w, http.StatusOK, granted)
	}
}

func (e *endpoint) exchange(ctx context.Context, r *http.Request, form url.Values) (*grant, *failure, error) {
	client, address := e.From(r)
	id, err := e.Checker.Check(ctx, thirdparty.Attempt{
		Username: form.Get("username"),
		Secret:   form.Get("password"),
		Protocol: thirdparty.OAuth,
		Client:   client,
		Address:  address,
	})
	now := e.Now()
	if refusal := thirdparty.Refused(err); refusal != nil {
		return nil, refused(refusal, now), nil
	}
	if err != nil {
		return nil, nil, err
	}
	until := now.Add(Life)
	if !id.Until.IsZero() && id.Until.Before(until) {
		until = id.Until
	}
	token, err := e.Issuer.Issue(id, until)
	if err != nil {
		return nil, nil, err
	}
	return &grant{token, "Bearer", int(until.Sub(now) / time.Second), Scope}, nil, nil
}

// read reads the form of RFC 6749 §4.3.2. Empty parameters count as missing, and a
// parameter must not be repeated (§3.2).
func read(r *http.Request) (url.Values, *failure) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, malformed("Send the parameters as application/x-www-form-urlencoded in the body.")
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil {
		return nil, malformed("The body could not be read.")
	}
	if len(b) > maxForm {
		f := malformed("The body is larger than 64 KiB.")
		f.status, f.Code = http.StatusRequestEntityTooLarge, api.TooLarge
		return nil, f
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, malformed("The body is not a form.")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, malformed("A parameter was sent twice.")
		}
		if !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return nil, malformed("A parameter is not UTF-8.")
		}
	}
	switch form.Get("grant_type") {
	case "password":
	case "":
		return nil, malformed("The parameter grant_type is missing.")
	default:
		return nil, &failure{
			status: http.StatusBadRequest, Error: unsupportedGrantType,
			Description: "The only supported grant type is password.",
		}
	}
	for _, name := range []string{"username", "password"} {
		if form.Get(name) == "" {
			return nil, malformed("The parameter " + name + " is missing.")
		}
	}
	return form, nil
}

func malformed(description string) *failure {
	return &failure{status: http.StatusBadRequest, Error: invalidRequest, Description: description, Code: api.Malformed}
}

// refused translates a refusal into the protocol's error. The status is 400, or 429 or
// 503 with Retry-After.
func refused(r *thirdparty.Refusal, now time.Time) *failure {
	title, detail := r.Text()
	f := &failure{
		status: http.StatusBadRequest, retryAfter: thirdparty.RetryAfter(r.RetryAt, now), Error: invalidGrant,
		Description: title + ". " + detail, Code: r.Code, Reason: r.Why(),
	}
	switch r.Code {
	case api.Throttled:
		f.status = http.StatusTooManyRequests
	case api.Unavailable:
		f.status, f.Error = http.StatusServiceUnavailable, temporarilyUnavailable
	}
	return f
}

func (f *failure) write(w http.ResponseWriter) {
	if f.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	write(w, f.status, f)
}

// write sends JSON that no cache keeps (RFC 6749 §5.1).
func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // cannot happen with strings and numbers
		status, b = http.StatusInternalServerError, []byte(`{"error":"temporarily_unavailable"}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the client may have left
}
