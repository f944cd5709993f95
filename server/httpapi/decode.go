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

	"nightlatch/server/account"
	"nightlatch/server/api"
)

const (
	// maxBody bounds a request's body, in bytes.
	maxBody = 64 << 10
	// maxDrain is the number of bytes of a too large body that are read and discarded.
	// A client that sends its whole request before it reads then gets the answer, and
	// not a broken connection.
	maxDrain = 32 << 20
)

// none is the type of an empty body or an empty result.
type none struct{}

// decode reads the request's body as a T. The content type must be JSON: a page of
// another site can send a form or plain text without a CORS preflight, but not JSON
// (Fetch §3.2.2). A route without a body, or with an optional one,
// accepts an empty one, too.
func decode[T any](r *http.Request) (T, error) {
	var in T
	b, err := readBody(r)
	if err != nil {
		return in, err
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff")) // some clients send a byte order mark (RFC 8259, section 8.1)
	if len(bytes.TrimSpace(b)) == 0 {
		switch any(in).(type) {
		case none, api.BackupCodeCount:
			return in, nil
		}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return in, malformedAs(api.ReasonType, "Content-Type", "Send JSON, with Content-Type: application/json.")
	}
	if !utf8.Valid(b) {
		return in, malformedAs(api.ReasonSyntax, "body", "The body is not UTF-8.")
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return in, malformedJSON(err)
	}
	if field := api.MissingField(in); field != "" {
		return in, malformedAs(api.ReasonMissing, field, "The field is missing, or has no value.")
	}
	return in, nil
}

func readBody(r *http.Request) ([]byte, error) {
	tooLarge := &api.Problem{
		Status: http.StatusRequestEntityTooLarge,
		Code:   api.TooLarge,
		Limit:  maxBody,
		Title:  "Too large",
		Detail: "A body has at most 64 KiB.",
	}
	if r.ContentLength > maxBody && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		return nil, tooLarge // the client waits for "100 Continue" and has not sent it
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, malformedAs(api.ReasonSyntax, "body", "The body ended early.")
	}
	if len(b) > maxBody {
		_, _ = io.CopyN(io.Discard, r.Body, maxDrain) // an error here does not change the answer
		return nil, tooLarge
	}
	return b, nil
}

// malformed is the problem of a field whose value is not allowed.
func malformed(field, detail string) *api.Problem { return malformedAs(api.ReasonValue, field, detail) }

func malformedAs(reason, field, detail string) *api.Problem {
	return &api.Problem{
		Status: http.StatusBadRequest,
		Code:   api.Malformed,
		Reason: reason,
		Title:  "The request can't be read",
		Detail: detail,
		Field:  field,
	}
}

// malformedText is malformed with the advice on an error of package account.
func malformedText(field, rule string, err error, detail string) *api.Problem {
	advice := account.Advise(err, detail)
	p := malformed(field, advice.Detail)
	p.Rule, p.Character = rule, advice.Character
	if advice.Reason != "" {
		p.Reason = advice.Reason
	}
	return p
}

// malformedJSON returns a problem that names the wrong field, or says that the body is
// not JSON. It does not quote the body, which may contain a secret.
func malformedJSON(err error) *api.Problem {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return malformedAs(api.ReasonType, wrong.Field, "This field has the wrong type.")
	case errors.As(err, &wrong):
		return malformedAs(api.ReasonType, "body", "The body has the wrong type: send a JSON object.")
	case errors.Is(err, api.ErrUnknownType):
		return malformedAs(api.ReasonUnknown, "input", "The input is missing, or its type is not known.")
	}
	return malformedAs(api.ReasonSyntax, "body", "The body is not JSON.")
}
