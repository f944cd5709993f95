package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"nightlatch/server/api"
)

const (
	// maxBody bounds a request's body, in bytes.
	maxBody = 64 << 10
	// maxDrain is how much more of a body that is too large is read and thrown
	// away, so that a client which sends first and listens later gets its answer
	// instead of a broken connection. In bytes.
	maxDrain = 32 << 20
)

// none is the body of a route that takes none, or the answer of one that has none.
type none struct{}

// decode reads the request's body as a T. A page of another site can send a form
// or plain text without asking first, but not JSON (Fetch §3.2.2), so the type
// has to be named. A route without a body takes an empty one, too.
func decode[T any](r *http.Request) (T, error) {
	var in T
	b, err := readBody(r)
	if err != nil {
		return in, err
	}
	if _, optional := any(in).(none); optional && len(bytes.TrimSpace(b)) == 0 {
		return in, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return in, malformed("Content-Type", "Send JSON, with Content-Type: application/json.")
	}
	if !utf8.Valid(b) {
		return in, malformed("body", "The body is not UTF-8.")
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return in, malformedJSON(err)
	}
	return in, nil
}

func readBody(r *http.Request) ([]byte, error) {
	tooLarge := &api.Problem{
		Status: http.StatusRequestEntityTooLarge,
		Code:   api.TooLarge,
		Title:  "Too large",
		Detail: "A body has at most 64 KiB.",
	}
	if r.ContentLength > maxBody && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		return nil, tooLarge // it has not been sent, and now it won't be
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, malformed("body", "The body ended early.")
	}
	if len(b) > maxBody {
		_, _ = io.CopyN(io.Discard, r.Body, maxDrain) // how it ends changes nothing
		return nil, tooLarge
	}
	return b, nil
}

func malformed(field, detail string) *api.Problem {
	return &api.Problem{
		Status: http.StatusBadRequest,
		Code:   api.Malformed,
		Title:  "The request can't be read",
		Detail: detail,
		Field:  field,
	}
}

// malformedJSON names the field that could not be read, or says that it is no
// JSON at all. What was sent is not repeated: it may be a secret.
func malformedJSON(err error) *api.Problem {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return malformed(wrong.Field, "This field has the wrong type.")
	case errors.As(err, &wrong):
		return malformed("body", "The body has the wrong type: a JSON object is wanted.")
	case errors.Is(err, api.ErrUnknownType):
		return malformed("input", "The input is missing, or its type is not known.")
	}
	return malformed("body", "The body is no JSON.")
}
