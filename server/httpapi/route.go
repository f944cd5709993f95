package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/notice"
	"nightlatch/server/session"
	"nightlatch/server/store"
)

// A call is one request to a route.
type call struct {
	w http.ResponseWriter
	r *http.Request

	session  *session.Session // nil without one
	username string           // of the session
	stale    bool             // the request has a token without a live session
	proof    bool             // the change needs the password, entered recently (R6)
}

// caller describes the client, for ceremonies, audit and sessions.
func (c *call) caller() ceremony.Caller {
	who := ceremony.Caller{Session: c.session, Client: clientName(c.r), RemoteAddr: remoteAddr(c.r), Window: fromWindow(c.r), Device: deviceOf(c.r)}
	if c.session != nil {
		who.Account = c.session.Account
	}
	return who
}

// An endpoint serves a call, and describes it for the OpenAPI document.
type endpoint struct {
	// serve answers. If it returns an error, it has written nothing.
	serve func(*call) error

	in, out reflect.Type // of the bodies in JSON; nil without one
	status  int          // of a success
	needs   need
}

// A need is what a call requires of the client.
type need int

const (
	needsNothing need = iota
	needsSession
	needsProof // a session whose password was entered in the last ten minutes (R6)
)

// methods are the endpoints of one path. anyMethod is for all other methods.
type methods map[string]endpoint

const anyMethod = "*"

// respond sends the result of do as JSON with status 200.
func respond[Out any](do func(*call) (Out, error)) endpoint {
	return endpoint{out: bodyOf[Out](), status: http.StatusOK, serve: func(c *call) error {
		out, err := do(c)
		if err != nil {
			return err
		}
		return reply(c.w, http.StatusOK, out)
	}}
}

// receive decodes the body, and sends the result of do with the status. A none is sent
// as 204 No Content, whatever the status.
func receive[In, Out any](status int, do func(*call, In) (Out, error)) endpoint {
	e := endpoint{in: bodyOf[In](), out: bodyOf[Out](), status: status}
	if e.out == nil {
		e.status = http.StatusNoContent
	}
	e.serve = func(c *call) error {
		in, err := decode[In](c.r)
		if err != nil {
			return err
		}
		out, err := do(c, in)
		if err != nil {
			return err
		}
		return reply(c.w, status, out)
	}
	return e
}

// bodyOf is the type of a body, nil for none.
func bodyOf[T any]() reflect.Type {
	if t := reflect.TypeFor[T](); t != reflect.TypeFor[none]() {
		return t
	}
	return nil
}

// noContent is receive for a route without body and without result.
func noContent(do func(*call) error) endpoint {
	return receive(http.StatusNoContent, func(c *call, _ none) (none, error) { return none{}, do(c) })
}

func reply(w http.ResponseWriter, status int, v any) error {
	if _, nothing := v.(none); nothing {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the client may have left
	return nil
}

// dispatch chooses the endpoint by method. HEAD is GET without the body, which net/http
// leaves out. OPTIONS lists the methods and does not permit other origins (CORS).
func (h *Handler) dispatch(on methods) http.Handler {
	allow := on.allow()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		do, ok := on[r.Method]
		if !ok && r.Method == http.MethodHead {
			do, ok = on[http.MethodGet]
		}
		if !ok && r.Method == http.MethodOptions && allow != "" {
			w.Header().Set("Allow", allow)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		if !ok {
			do, ok = on[anyMethod]
		}
		if !ok {
			w.Header().Set("Allow", allow)
			h.fail(w, r, &api.Problem{
				Status: http.StatusMethodNotAllowed,
				Code:   api.MethodNotAllowed,
				Title:  "Not with this method",
				Detail: "This address takes " + allow + ".",
			})
			return
		}
		if err := do.serve(&call{w: w, r: r}); err != nil {
			h.fail(w, r, err)
		}
	})
}

// allow is the Allow field of a path (RFC 9110 §10.2.1), "" where any method is taken.
func (on methods) allow() string {
	if _, ok := on[anyMethod]; ok {
		return ""
	}
	names := []string{http.MethodOptions}
	for method := range on {
		names = append(names, method)
		if method == http.MethodGet {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// fail answers with err's problem.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	if clientGone(r, err) {
		err = errClientGone
	}
	p := h.problem(err)
	if p.Status == http.StatusInternalServerError {
		h.cfg.Log.Error("request failed", "method", r.Method, "route", r.Pattern, "error", err)
	}
	h.writeProblem(w, p)
}

// clientGone reports whether a request failed because its client closed the
// connection, or its side of it. net/http cancels the context in both cases.
// It is false while the server stops, which cancels the context too.
func clientGone(r *http.Request, err error) bool {
	ctx := r.Context()
	if !errors.Is(err, context.Canceled) || ctx.Err() == nil {
		return false
	}
	select {
	case <-ending(ctx):
		return false
	default:
		return true
	}
}

// change runs fn on the call's account in one transaction. The transaction
// checks that the session is still live and, if the call needs it, that the
// password was entered recently (R6). A session above its pace is refused. fn
// may run twice.
func (h *Handler) change(c *call, fn func(tx store.Tx, a *account.Account) error) error {
	if retry, ok := h.pace.allow(c.session.ID, h.cfg.Now()); !ok {
		return tooFast(retry)
	}
	ctx := c.r.Context()
	if c.r.Method == http.MethodDelete { // removes rights, so it may use the reserve of a full disk
		ctx = store.Urgent(ctx)
	}
	return h.cfg.Store.Update(ctx, func(tx store.Tx) error {
		s, err := h.cfg.Sessions.Load(tx, c.session.Account, c.session.ID)
		if err != nil {
			return err
		}
		if _, ok := h.cfg.Sessions.RecentlyAuthenticated(s, tx.Now()); c.proof && !ok {
			return errReauthenticate
		}
		a, err := account.Load(tx, c.session.Account)
		if err != nil {
			return err
		}
		return fn(tx, a)
	})
}

// announceBy announces changes that a call made.
func (h *Handler) announceBy(c *call, tx store.Tx, a *account.Account, events ...audit.Event) error {
	return h.cfg.Announcer.Announce(tx, a, c.origin(), events...)
}

func (c *call) origin() notice.Origin {
	return notice.Origin{Client: clientName(c.r), RemoteAddr: remoteAddr(c.r)}
}
