package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ratelimit"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/thirdparty"
)

// Errors of the routes, besides those of the packages that they use.
var (
	errClientGone     = errors.New("httpapi: the client closed the connection before the answer")
	errNoRoute        = errors.New("httpapi: no such route")
	errSignInRequired = errors.New("httpapi: no session")
	errNoSession      = errors.New("httpapi: no such session (R44)") // of a session named in the path, not the request's own
	errReauthenticate = errors.New("httpapi: password not proved recently (R6)")
)

// A row of the table maps errors to a problem.
type row struct {
	of                   []error
	status               int
	code, reason, rule   string
	title, detail, field string
	limit                int
}

// table maps each error to its problem; the first matching row counts. problem
// handles errors with data before it reads the table.
var table = slices.Concat(
	deliveryProblems, signUpProblems, backupsProblems, accountProblems, keyProblems,
	backupCodeProblems, temporaryPasswordProblems, phoneProblems, requestProblems, generalProblems,
)

// generalProblems are the refusals that many calls share, and failures of the
// server.
var generalProblems = []row{
	{
		of:     []error{errNoRoute},
		status: http.StatusNotFound, code: api.NotFound, reason: "route",
		title:  "No such address",
		detail: "There is nothing at this address. docs/api.md, beside the source of this program, lists every call.",
	},
	{
		of:     []error{errSignInRequired, ceremony.ErrSessionRequired, session.ErrUnknown},
		status: http.StatusUnauthorized, code: api.SignInRequired, rule: "R44",
		title:  "Sign in first",
		detail: "This needs a session, and there is none or it has ended. Sign in.",
	},
	{
		of:     []error{errReauthenticate},
		status: http.StatusForbidden, code: api.ReauthenticationRequired, rule: "R6",
		title:  "Enter your password again",
		detail: "This changes how the account is protected, and the password was entered too long ago. Begin reauthenticate, then try again.",
	},
	{
		of:     []error{ceremony.ErrNotFound},
		status: http.StatusNotFound, code: api.NotFound, reason: "ceremony",
		title:  "No such ceremony",
		detail: "It is finished or cancelled, has expired, or is not of this session; or another one of its kind was begun in this session. Begin a new one.",
	},
	{
		of:     []error{errNoSession},
		status: http.StatusNotFound, code: api.NotFound, reason: "session", rule: "R44",
		title:  "No such session",
		detail: "It may have ended already. Look at the list again.",
	},
	{
		of:     []error{ceremony.ErrUnknownKind},
		status: http.StatusBadRequest, code: api.Malformed, reason: api.ReasonUnknown, field: "kind",
		title:  "There is no such ceremony",
		detail: "This kind is not known. Begin one of those in docs/ceremonies.md.",
	},
	{
		of:     []error{ceremony.ErrUnsettled},
		status: http.StatusConflict, code: api.Conflict, reason: "changing",
		title:  "The account is changing",
		detail: "Another request changed it at the same time. Try again.",
	},
	{
		of:     []error{store.ErrFull},
		status: http.StatusServiceUnavailable, code: api.Unavailable, reason: "disk_full",
		title:  "The disk is full",
		detail: "Nothing was changed. The administrator of this server has to free disk space.",
	},
	{
		of:     []error{store.ErrDamaged},
		status: http.StatusInternalServerError, code: api.Internal, reason: "damaged",
		title:  "The server's data are damaged",
		detail: "What it needs for this is not what was written to its disk. Nothing was changed. The administrator of this server has to restore a backup; the log names the record.",
	},
	{
		of:     []error{errClientGone},
		status: http.StatusServiceUnavailable, code: api.Unavailable, reason: "client_closed",
		title:  "The client closed the connection too early",
		detail: "It ended its side of the connection before the answer was ready, so the request was given up. Keep the connection open until the answer has come.",
	},
	{
		of:     []error{context.DeadlineExceeded},
		status: http.StatusServiceUnavailable, code: api.Unavailable, reason: "timeout",
		title:  "That took too long",
		detail: "Something that the server waited for did not answer in time. Try again.",
	},
	{
		of:     []error{store.ErrClosed, context.Canceled},
		status: http.StatusServiceUnavailable, code: api.Unavailable, reason: "stopping",
		title:  "Shutting down",
		detail: "The server is not taking requests at the moment. Try again soon.",
	},
}

// unexpected is the problem of an error that is not in the table.
var unexpected = row{
	status: http.StatusInternalServerError, code: api.Internal, reason: "unexpected",
	title:  "Something went wrong in the server",
	detail: "It is not your fault, and nothing was changed. Try again; the server's log says more.",
}

// notFoundIfUnknown is for a session whose ID the client sent.
func notFoundIfUnknown(err error) error {
	if errors.Is(err, session.ErrUnknown) {
		return errNoSession
	}
	return err
}

// problem turns an error into a problem (RFC 9457).
func (h *Handler) problem(err error) *api.Problem {
	var (
		made      *api.Problem
		rejection *ceremony.Rejection
		busy      *account.BusyError
		throttled *ratelimit.ThrottledError
	)
	switch {
	case errors.As(err, &made):
		return made
	case errors.As(err, &rejection):
		return rejected(rejection.Refusal)
	case errors.As(err, &busy):
		at := h.cfg.Now().UTC().Add(busy.RetryAfter)
		return &api.Problem{
			Status: http.StatusServiceUnavailable, Code: api.Unavailable, Reason: "busy", RetryAt: &at,
			Title: "Busy", Detail: "Too many sign-ins at once. Try again in a moment.",
		}
	case errors.As(err, &throttled):
		at := throttled.RetryAt.UTC()
		return &api.Problem{
			Status: http.StatusTooManyRequests, Code: api.Throttled, Rule: "R43", Reason: "tries", RetryAt: &at,
			Title: "Too many tries", Detail: "There were too many wrong tries in a row, so this one was not checked. Wait, then try again.",
		}
	}
	for _, r := range table {
		if slices.ContainsFunc(r.of, func(known error) bool { return errors.Is(err, known) }) {
			return r.problem()
		}
	}
	return unexpected.problem()
}

func (r row) problem() *api.Problem {
	return &api.Problem{Status: r.status, Code: r.code, Reason: r.reason, Rule: r.rule, Title: r.title, Detail: r.detail, Field: r.field, Limit: r.limit}
}

// rejected is the problem of a refusal at the start of a ceremony, where there is no view.
func rejected(r api.Refusal) *api.Problem {
	p := &api.Problem{
		Status: http.StatusConflict, Code: r.Code, Reason: r.Reason, Rule: r.Rule,
		Title: r.Title, Detail: r.Detail, Field: r.Field, Limit: r.Limit, Character: r.Character, RetryAt: r.RetryAt,
	}
	switch r.Code {
	case api.Malformed:
		p.Status = http.StatusBadRequest
	case api.InvalidCredentials:
		p.Status = http.StatusUnauthorized
	case api.SignUpIsClosed, api.InvitationRequired, api.InvitationInvalid:
		p.Status = http.StatusForbidden
	case api.Throttled, api.ResendTooEarly, api.TooManyTries:
		p.Status = http.StatusTooManyRequests
	case api.CannotSend, api.Unavailable:
		p.Status = http.StatusServiceUnavailable
	}
	return p
}

// wwwAuthenticate is spelled as in RFC 9110 §11.6.1, not as net/http would: field names
// are case-insensitive, but people search for this spelling.
const wwwAuthenticate = "WWW-Authenticate"

// writeProblem sends a problem, with Retry-After if it says when to try again.
func (h *Handler) writeProblem(w http.ResponseWriter, p *api.Problem) {
	if p.RetryAt != nil {
		w.Header()["Retry-After"] = []string{strconv.Itoa(thirdparty.RetryAfter(*p.RetryAt, h.cfg.Now()))}
	}
	// RFC 9110 §11.6.1: a 401 must have a challenge.
	//lint:ignore SA1008 spelled so on purpose
	if h := w.Header(); p.Status == http.StatusUnauthorized && h[wwwAuthenticate] == nil {
		h[wwwAuthenticate] = []string{`Bearer realm="Nightlatch"`}
	}
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p *api.Problem) {
	p.Type = "about:blank" // RFC 9457 §4.2.1: the status and our code are enough
	b, err := json.Marshal(p)
	if err != nil { // strings, numbers and a time can always be encoded
		b = []byte(`{"type":"about:blank","status":500,"code":"internal"}`)
	}
	w.Header()["Content-Type"] = []string{"application/problem+json"}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(b, '\n')) // the client may have left
}
