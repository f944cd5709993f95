package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/ratelimit"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
)

// Errors of the routes, besides those of the packages that they use.
var (
	errClientGone     = errors.New("httpapi: the client closed the connection before the answer")
	errNoRoute        = errors.New("httpapi: no such route")
	errSignInRequired = errors.New("httpapi: no session")
	errNoSession      = errors.New("httpapi: no such session (R44)") // of a session named in the path, not the request's own
	errReauthenticate = errors.New("httpapi: password not proved recently (R6)")
	errTwoFactorOff   = errors.New("httpapi: two-factor is off (R61)")
	errNoPhone        = errors.New("httpapi: no phone number")
	errNothingToFind  = errors.New("httpapi: no phone number to find the account by")
	errTextIsLast     = errors.New("httpapi: text is the only method (R17)")
	errKeyIsLast      = errors.New("httpapi: this key is the only method (R61)")
)

// A row of the table: the problem of an error.
type row struct {
	status               int
	code, reason, rule   string
	title, detail, field string
	limit                int
}

// table is the one table from errors to status codes. Errors with data are handled in
// problem, before it.
func table(err error) row {
	is := func(target error) bool { return errors.Is(err, target) }
	if r, ok := deliveryTable(err); ok {
		return r
	}
	if r, ok := signUpTable(err); ok {
		return r
	}
	if r, ok := backupsTable(err); ok {
		return r
	}
	switch {
	case is(errNoRoute):
		return row{
			status: 404,
			code:   api.NotFound,
			reason: "route",
			title:  "No such address",
			detail: "There is nothing at this address. docs/api.md, beside the source of this program, lists every call.",
		}
	case is(errSignInRequired), is(ceremony.ErrSessionRequired), is(session.ErrUnknown):
		return row{
			status: 401,
			code:   api.SignInRequired,
			rule:   "R44",
			title:  "Sign in first",
			detail: "This needs a session, and there is none or it has ended. Sign in.",
		}
	case is(errReauthenticate):
		return row{
			status: 403,
			code:   api.ReauthenticationRequired,
			rule:   "R6",
			title:  "Enter your password again",
			detail: "This changes how the account is protected, and the password was entered too long ago. Begin reauthenticate, then try again.",
		}

	case is(ceremony.ErrNotFound):
		return row{
			status: 404,
			code:   api.NotFound,
			reason: "ceremony",
			title:  "No such ceremony",
			detail: "It is finished or cancelled, has expired, or is not of this session; or another one of its kind was begun in this session. Begin a new one.",
		}
	case is(account.ErrNoKey):
		return row{
			status: 404,
			code:   api.NotFound,
			reason: "key",
			rule:   "R31",
			title:  "No such security key",
			detail: "It may have been deleted already. Look at the list again.",
		}
	case is(temppassword.ErrNotFound):
		return row{
			status: 404,
			code:   api.NotFound,
			reason: "temporary_password",
			rule:   "R83",
			title:  "No such temporary password",
			detail: "Look at the list again.",
		}
	case is(errNoSession):
		return row{
			status: 404,
			code:   api.NotFound,
			reason: "session",
			rule:   "R44",
			title:  "No such session",
			detail: "It may have ended already. Look at the list again.",
		}
	case is(errNoPhone):
		return row{
			status: 404,
			code:   api.NotFound,
			reason: "phone",
			rule:   "R17",
			title:  "No phone number",
			detail: "This account has no phone number to delete.",
		}

	case is(errNothingToFind):
		return row{
			status: 409,
			code:   api.Conflict,
			reason: "no_phone",
			rule:   "R10",
			title:  "No phone number",
			detail: "This account has no phone number, so it cannot be found by one. Set one up first.",
		}

	case is(ceremony.ErrUnknownKind):
		return row{
			status: 400,
			code:   api.Malformed,
			reason: api.ReasonUnknown,
			title:  "There is no such ceremony",
			detail: "This kind is not known. Begin one of those in docs/ceremonies.md.",
			field:  "kind",
		}
	case is(temppassword.ErrLabel):
		return row{
			status: 400,
			code:   api.Malformed,
			reason: api.ReasonValue,
			limit:  64,
			rule:   "R83",
			title:  "That can't be a label",
			detail: "A label has 1 to 64 characters, none of them a control character or a direction mark.",
			field:  "label",
		}
	case is(temppassword.ErrService):
		return row{
			status: 400,
			code:   api.Malformed,
			reason: api.ReasonUnknown,
			rule:   "R83",
			title:  "There is no such service",
			detail: "A temporary password can be limited to one of: " + strings.Join(api.Services(), ", ") + ". Without a service it works for all.",
			field:  "service",
		}
	case is(account.ErrKeyLabel):
		return row{
			status: 400,
			code:   api.Malformed,
			reason: api.ReasonValue,
			limit:  64,
			rule:   "R31",
			title:  "That can't be a label",
			detail: "A label has 1 to 64 characters, none of them a control character or a direction mark.",
			field:  "label",
		}

	case is(backupcode.ErrFull):
		return row{
			status: 409,
			code:   api.BackupCodesFull,
			limit:  account.BackupCodesMax,
			rule:   "R71",
			title:  "Five backup codes are active already",
			detail: "At most five can be active at a time. Use them up, or replace all of them.",
		}
	case is(temppassword.ErrFull):
		return row{
			status: 409,
			code:   api.TemporaryPasswordsFull,
			limit:  account.TemporaryPasswordsMax,
			rule:   "R83",
			title:  "Ten temporary passwords are live already",
			detail: "Revoke one that is no longer needed, or wait until one expires.",
		}
	case is(errTwoFactorOff), is(temppassword.ErrTwoFactorOff):
		return row{
			status: 409,
			code:   api.TwoFactorRequired,
			rule:   "R61",
			title:  "Two-factor authentication is off",
			detail: "Backup codes and temporary passwords exist only while it is on. Turn on a method first.",
		}
	case is(errTextIsLast):
		return row{
			status: 409,
			code:   api.Conflict,
			reason: "text_is_last",
			rule:   "R17",
			title:  "Text message is the only method",
			detail: "Deleting the phone number would turn two-factor authentication off. Confirm that first: begin turn-off with the method text, then delete the number.",
		}
	case is(errKeyIsLast):
		return row{
			status: 409,
			code:   api.Conflict,
			reason: "key_is_last",
			rule:   "R61",
			title:  "This security key is the only method",
			detail: "Deleting it would turn two-factor authentication off. Confirm that first: begin turn-off with the method key.",
		}
	case is(ceremony.ErrUnsettled):
		return row{
			status: 409,
			code:   api.Conflict,
			reason: "changing",
			title:  "The account is changing",
			detail: "Another request changed it at the same time. Try again.",
		}

	case is(store.ErrFull):
		return row{
			status: 503,
			code:   api.Unavailable,
			reason: "disk_full",
			title:  "The disk is full",
			detail: "Nothing was changed. The administrator of this server has to free disk space.",
		}
	case is(store.ErrDamaged):
		return row{
			status: 500,
			code:   api.Internal,
			reason: "damaged",
			title:  "The server's data are damaged",
			detail: "What it needs for this is not what was written to its disk. Nothing was changed. The administrator of this server has to restore a backup; the log names the record.",
		}
	case is(errClientGone):
		return row{
			status: 503,
			code:   api.Unavailable,
			reason: "client_closed",
			title:  "The client closed the connection too early",
			detail: "It ended its side of the connection before the answer was ready, so the request was given up. Keep the connection open until the answer has come.",
		}
	case is(context.DeadlineExceeded):
		return row{
			status: 503,
			code:   api.Unavailable,
			reason: "timeout",
			title:  "That took too long",
			detail: "Something that the server waited for did not answer in time. Try again.",
		}
	case is(store.ErrClosed), is(context.Canceled):
		return row{
			status: 503,
			code:   api.Unavailable,
			reason: "stopping",
			title:  "Shutting down",
			detail: "The server is not taking requests at the moment. Try again soon.",
		}
	}
	return row{
		status: 500,
		code:   api.Internal,
		reason: "unexpected",
		title:  "Something went wrong in the server",
		detail: "It is not your fault, and nothing was changed. Try again; the server's log says more.",
	}
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
	return table(err).problem()
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
