package httpapi

import (
	"bytes"
	"io"
	"net/http"
	"reflect"

	"nightlatch/server/api"
)

// routes are the addresses of the API, without those of the lab.
func (h *Handler) routes() map[string]methods {
	return map[string]methods{
		"/api/v1/about":        {http.MethodGet: respond(h.about)},
		"/api/v1/openapi.json": {http.MethodGet: {serve: h.openAPIDocument, out: reflect.TypeFor[map[string]any](), status: http.StatusOK}},

		"/api/v1/ceremonies": {http.MethodPost: h.guest(receive(http.StatusCreated, h.begin))},
		"/api/v1/ceremonies/{id}": {
			http.MethodGet:    h.guest(respond(h.ceremony)),
			http.MethodPost:   h.guest(receive(http.StatusOK, h.answerStep)),
			http.MethodDelete: h.guest(noContent(h.cancel)),
		},

		"/api/v1/account": {
			http.MethodGet:   h.signedIn(respond(h.account)),
			http.MethodPatch: h.signedIn(receive(http.StatusOK, h.setAccount)),
		},
		"/api/v1/phone":    {http.MethodDelete: h.reauthenticated(noContent(h.deletePhone))},
		"/api/v1/recovery": {http.MethodGet: h.signedIn(respond(h.recovery))},
		"/api/v1/activity": {http.MethodGet: h.signedIn(respond(h.listActivity))},
		"/api/v1/sign-out": {http.MethodPost: h.signedIn(noContent(h.signOut))},

		"/api/v1/keys": {http.MethodGet: h.signedIn(respond(h.keys))},
		"/api/v1/keys/{id}": {
			http.MethodPatch:  h.signedIn(receive(http.StatusOK, h.renameKey)),
			http.MethodDelete: h.reauthenticated(noContent(h.deleteKey)),
		},

		"/api/v1/phone-apps": {
			http.MethodGet:  h.signedIn(respond(h.phoneApps)),
			http.MethodPost: h.signedIn(receive(http.StatusCreated, h.addPhoneApp)),
		},
		"/api/v1/phone-apps/{id}":     {http.MethodDelete: h.signedIn(noContent(h.removePhoneApp))},
		"/api/v1/phone-apps/{id}/key": {http.MethodPost: h.signedIn(receive(http.StatusCreated, func(c *call, _ none) (api.AppKey, error) { return h.newAppKey(c) }))},
		"/api/v1/login-requests":      {http.MethodGet: h.signedIn(respond(h.loginRequests))},
		"/api/v1/login-requests/{id}": {http.MethodPost: h.signedIn(receive(http.StatusOK, h.decide))},

		"/api/v1/backup-codes": {
			http.MethodGet:  h.signedIn(respond(h.backupCodes)),
			http.MethodPost: h.reauthenticated(receive(http.StatusCreated, h.newBackupCodes)),
		},
		"/api/v1/backup-codes/replace":       {http.MethodPost: h.reauthenticated(receive(http.StatusCreated, h.replaceBackupCodes))},
		"/api/v1/backup-codes/{number}/kept": {http.MethodPost: h.signedIn(receive(http.StatusOK, h.keptBackupCode))},
		"/api/v1/backup-codes/check":         {http.MethodPost: h.signedIn(receive(http.StatusOK, h.checkBackupCode))},

		"/api/v1/temporary-passwords": {
			http.MethodGet:    h.signedIn(respond(h.temporaryPasswords)),
			http.MethodPost:   h.reauthenticated(receive(http.StatusCreated, h.newTemporaryPassword)),
			http.MethodDelete: h.signedIn(noContent(h.revokeTemporaryPasswords)),
		},
		"/api/v1/temporary-passwords/{id}": {http.MethodDelete: h.signedIn(noContent(h.revokeTemporaryPassword))},

		"/api/v1/sessions": {
			http.MethodGet:    h.signedIn(respond(h.listSessions)),
			http.MethodDelete: h.reauthenticated(noContent(h.endOtherSessions)),
		},
		"/api/v1/sessions/{id}": {http.MethodDelete: h.signedIn(noContent(h.endSession))},

		"/api/v1/messages": {http.MethodGet: h.signedIn(respond(h.messages))},
		"/api/v1/delivery": {
			http.MethodGet: h.signedIn(respond(h.delivery)),
			http.MethodPut: h.reauthenticated(receive(http.StatusOK, h.setDelivery)),
		},
		"/api/v1/delivery/test": {http.MethodPost: h.reauthenticated(receive(http.StatusOK, h.testDelivery))},

		"/api/v1/backups": {
			http.MethodGet:  h.signedIn(respond(h.backups)),
			http.MethodPut:  h.reauthenticated(receive(http.StatusOK, h.setBackups)),
			http.MethodPost: h.signedIn(receive(http.StatusOK, h.backUp)),
		},

		"/api/v1/server": {
			http.MethodGet:   h.signedIn(respond(h.serverSettings)),
			http.MethodPatch: h.reauthenticated(receive(http.StatusOK, h.setServer)),
		},
		"/api/v1/owner": {http.MethodPut: h.reauthenticated(receive(http.StatusNoContent, h.handOn))},
		"/api/v1/invitations": {
			http.MethodGet:  h.signedIn(respond(h.invitations)),
			http.MethodPost: h.reauthenticated(receive(http.StatusCreated, h.invite)),
		},
		"/api/v1/invitations/{id}": {http.MethodDelete: h.signedIn(noContent(h.takeBackInvitation))},

		// Third-party clients: any method, and HTTP Basic or a token.
		"/api/v1/me": {anyMethod: {serve: h.me, out: bodyOf[api.Me](), status: http.StatusOK}},
	}
}

// mux returns the handler of every route. Paths are registered without methods, so that
// a wrong method and an unknown path are answered with a problem.
func (h *Handler) mux() (http.Handler, error) {
	mux := http.NewServeMux()
	for path, on := range h.routes() {
		mux.Handle(path, h.holdReset(h.dispatch(on)))
	}
	token, err := h.oauthToken()
	if err != nil {
		return nil, err
	}
	mux.Handle("/oauth/token", h.holdReset(h.dispatch(methods{http.MethodPost: {serve: func(c *call) error {
		token.ServeHTTP(c.w, c.r)
		return nil
	}}})))
	mux.Handle("/api/v1/events", h.dispatch(methods{http.MethodGet: h.signedIn(endpoint{serve: h.events, status: http.StatusOK})}))
	mux.Handle("/api/v1/ceremonies/{id}/events", h.dispatch(methods{http.MethodGet: h.guest(endpoint{serve: h.ceremonyEvents, status: http.StatusOK})}))
	nothing := h.dispatch(methods{anyMethod: {serve: func(*call) error { return errNoRoute }}})
	mux.Handle("/", nothing)
	if h.cfg.Lab != nil {
		mux.Handle("/lab/v1/", h.localOnly(h.deliverFirst(h.cfg.Lab), nothing))
		mux.Handle("/lab/v1", nothing) // or else ServeMux would redirect
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isClean(r.URL.Path) {
			h.fail(w, r, errNoRoute) // ServeMux would redirect
			return
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// deliverFirst delivers all due messages before a GET of the lab, so a client need not
// wait for a code that was sent.
func (h *Handler) deliverFirst(lab http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			if err := h.cfg.Deliver(r.Context()); err != nil {
				h.fail(w, r, err)
				return
			}
		}
		lab.ServeHTTP(w, r)
	})
}

// holdReset makes Reset wait while a request runs. Event streams do not hold
// it; they end with their session. The body is read first. Otherwise a client
// that stops sending would delay Reset, and every request behind it.
func (h *Handler) holdReset(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength <= maxBody { // a larger one is refused without being read
			r.Body = readAhead(r.Body)
		}
		h.cfg.Busy.RLock()
		defer h.cfg.Busy.RUnlock()
		next.ServeHTTP(w, r)
	})
}

// readAhead reads a body up to the limit of the handlers, and returns a body
// that starts with that part.
func readAhead(body io.ReadCloser) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	b, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	rest := io.Reader(body)
	if err != nil {
		rest = failed{err}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(b), rest), body}
}

// A failed reader always returns its error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
