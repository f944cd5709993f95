// Package client is the typed Go client of Nightlatch's HTTP interface.
//
// The console, the `nightlatch key` commands, the lab and the tests use it, so they
// call the server in the same way as a browser or curl. It uses the wire types
// (server/api) and nothing else of the server. New connects over a network, InMemory
// inside the program.
//
// Every call returns a *api.Problem if the status is not 2xx, and a wrapped transport
// error if there was no answer. A refusal inside a ceremony is not an error; it is in
// the View.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"nightlatch/server/api"
)

// maxAnswer is the largest answer that is read, in bytes.
const maxAnswer = 8 << 20

// agent is the client's name in the list of sessions (R44).
const agent = "Nightlatch"

// A Client calls one server, with or without a session. It is immutable and safe
// for concurrent use.
type Client struct {
	base  string
	hc    *http.Client
	token string
	agent string
	lang  string // BCP 47; "" for none

	device DeviceKeeper // nil: the device is not known to the server
	person func() bool  // nil: no person uses this client
}

// New returns a client of the server at base ("http://localhost:8440"), without a
// session. A nil hc means a plain http.Client. Redirects are not followed: the server
// sends none, and a token must not reach another server.
func New(base string, hc *http.Client) *Client {
	own := http.Client{}
	if hc != nil {
		own = *hc
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: strings.TrimRight(base, "/"), hc: &own, agent: agent}
}

// WithToken returns a client that shares c's connections and uses the session of
// token; "" means no session.
func (c *Client) WithToken(token string) *Client {
	other := *c
	other.token = token
	return &other
}

// WithAgent returns a client with another name in the list of sessions (R44).
func (c *Client) WithAgent(name string) *Client {
	other := *c
	other.agent = name
	return &other
}

// WithPerson returns a client that reports user activity to the server (R44). It calls did
// before each request; did reports whether the user did something since the last call. Under
// the hardened policy a session ends after a time without user activity; automatic requests do
// not count.
func (c *Client) WithPerson(did func() bool) *Client {
	other := *c
	other.person = did
	return &other
}

// WithLanguage returns a client that asks for a language (a BCP 47 tag). Searches look at
// words in that language.
func (c *Client) WithLanguage(tag string) *Client {
	other := *c
	other.lang = tag
	return &other
}

// Token returns the client's session token.
func (c *Client) Token() string { return c.token }

// Base returns the server's address.
func (c *Client) Base() string { return c.base }

// About describes the server; it needs no session.
func (c *Client) About(ctx context.Context) (api.About, error) {
	return get[api.About](ctx, c, "/api/v1/about")
}

// none is the result type of a call without an answer.
type none struct{}

func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	return call[T](ctx, c, http.MethodGet, path, nil)
}

// call sends body as JSON, if there is one, and reads the answer as a T.
func call[T any](ctx context.Context, c *Client, method, path string, body any) (out T, err error) {
	out, _, err = exchange[T](ctx, c, method, path, body)
	return out, err
}

// exchange is call that also returns the header of the answer.
func exchange[T any](ctx context.Context, c *Client, method, path string, body any) (out T, header http.Header, err error) {
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return out, nil, err
	}
	res, err := c.hc.Do(req)
	if err != nil {
		return out, nil, fmt.Errorf("client: %s %s: %w", method, cut(path), unwrapURL(err))
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return out, nil, fmt.Errorf("client: %s %s: %w", method, cut(path), err)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return out, nil, problem(res.StatusCode, b)
	}
	if _, nothing := any(out).(none); nothing || len(b) == 0 {
		return out, res.Header, nil
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return out, nil, fmt.Errorf("client: answer to %s %s: %w", method, cut(path), err)
	}
	return out, res.Header, nil
}

func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("client: body of %s %s: %w", method, cut(path), err)
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, sent)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("User-Agent", c.agent)
	if c.lang != "" {
		req.Header.Set("Accept-Language", c.lang)
	}
	if c.person != nil && c.token != "" && c.person() {
		req.Header.Set("Nightlatch-Person", "1")
	}
	if strings.HasPrefix(path, ceremonies) {
		c.showDevice(req)
	}
	return req, nil
}

// problem reads the body of an error. If it is not a problem document (but a proxy's
// page), the result has only the status.
func problem(status int, body []byte) *api.Problem {
	p := &api.Problem{}
	if json.Unmarshal(body, p) != nil || p.Code == "" {
		p = &api.Problem{Type: "about:blank", Title: http.StatusText(status), Code: api.Unavailable}
	}
	p.Status = status
	return p
}

// cut removes the query, which may hold a person's address, for an error text.
func cut(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return path
}

// unwrapURL removes the *url.Error around a transport error, because its text repeats
// the whole URL.
func unwrapURL(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
