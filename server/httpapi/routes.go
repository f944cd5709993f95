package httpapi

import (
	"net/http"
)

// routes is every address of the API but the lab's, as docs and clients know
// them.
func (h *Handler) routes() map[string]methods {
	return map[string]methods{
		"/api/v1/about": {http.MethodGet: answer(h.about)},

		"/api/v1/ceremonies": {http.MethodPost: h.guest(take(http.StatusCreated, h.begin))},
		"/api/v1/ceremonies/{id}": {
			http.MethodGet:    h.guest(answer(h.look)),
			http.MethodPost:   h.guest(take(http.StatusOK, h.answerStep)),
			http.MethodDelete: h.guest(act(h.cancel)),
		},

		"/api/v1/account": {
			http.MethodGet:   h.owner(answer(h.account)),
			http.MethodPatch: h.owner(take(http.StatusOK, h.setAccount)),
		},
		"/api/v1/phone":    {http.MethodDelete: h.proved(act(h.deletePhone))},
		"/api/v1/recovery": {http.MethodGet: h.owner(answer(h.recovery))},
		"/api/v1/activity": {http.MethodGet: h.owner(answer(h.activity))},
		"/api/v1/sign-out": {http.MethodPost: h.owner(act(h.signOut))},

		"/api/v1/keys": {http.MethodGet: h.owner(answer(h.keys))},
		"/api/v1/keys/{id}": {
			http.MethodPatch:  h.owner(take(http.StatusOK, h.renameKey)),
			http.MethodDelete: h.proved(act(h.deleteKey)),
		},

		"/api/v1/backup-codes": {
			http.MethodGet:  h.owner(answer(h.backupCodes)),
			http.MethodPost: h.proved(take(http.StatusCreated, h.newBackupCode)),
		},
		"/api/v1/backup-codes/replace": {http.MethodPost: h.proved(take(http.StatusCreated, h.replaceBackupCodes))},
		"/api/v1/backup-codes/check":   {http.MethodPost: h.owner(take(http.StatusOK, h.checkBackupCode))},

		"/api/v1/temporary-passwords": {
			http.MethodGet:    h.owner(answer(h.temporaryPasswords)),
			http.MethodPost:   h.proved(take(http.StatusCreated, h.newTemporaryPassword)),
			http.MethodDelete: h.owner(act(h.revokeTemporaryPasswords)),
		},
		"/api/v1/temporary-passwords/{id}": {http.MethodDelete: h.owner(act(h.revokeTemporaryPassword))},

		"/api/v1/sessions": {
			http.MethodGet:    h.owner(answer(h.listSessions)),
			http.MethodDelete: h.owner(act(h.endOtherSessions)),
		},
		"/api/v1/sessions/{id}": {http.MethodDelete: h.owner(act(h.endSession))},

		"/api/v1/messages": {http.MethodGet: h.owner(answer(h.messages))},
		"/api/v1/delivery": {
			http.MethodGet: h.owner(answer(h.delivery)),
			http.MethodPut: h.proved(take(http.StatusOK, h.setDelivery)),
		},
		"/api/v1/delivery/test": {http.MethodPost: h.proved(take(http.StatusOK, h.testDelivery))},

		// Third-party clients: any method, and HTTP Basic or a token.
		"/api/v1/me": {anyMethod: h.me},
	}
}

// mux returns the handler of every route. Paths are registered without their
// methods, so that a wrong method and an unknown path are answered by us, with
// a problem.
func (h *Handler) mux() (http.Handler, error) {
	mux := http.NewServeMux()
	for path, on := range h.routes() {
		mux.Handle(path, h.hold(h.dispatch(on)))
	}
	token, err := h.oauthToken()
	if err != nil {
		return nil, err
	}
	mux.Handle("/oauth/token", h.hold(h.dispatch(methods{http.MethodPost: func(c *call) error {
		token.ServeHTTP(c.w, c.r)
		return nil
	}})))
	mux.Handle("/api/v1/events", h.dispatch(methods{http.MethodGet: h.owner(h.events)}))
	nothing := h.dispatch(methods{anyMethod: func(*call) error { return errNoRoute }})
	mux.Handle("/", nothing)
	if h.cfg.Lab != nil {
		mux.Handle("/lab/v1/", h.nearby(h.arrived(h.cfg.Lab), nothing))
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

// arrived lets what is on its way to the lab arrive before anybody looks for it: a
// client that was told that a code was sent need not wait for it.
func (h *Handler) arrived(lab http.Handler) http.Handler {
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

// hold keeps Reset out while a request runs. A stream of events is not held; it
// ends with its session.
func (h *Handler) hold(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.cfg.Busy.RLock()
		defer h.cfg.Busy.RUnlock()
		next.ServeHTTP(w, r)
	})
}
