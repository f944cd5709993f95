package server

import (
	"net/http"
)

// routes is every address of the API but the lab's, as docs and clients know
// them.
func (s *Server) routes() map[string]methods {
	return map[string]methods{
		"/api/v1/about": {http.MethodGet: answer(s.about)},

		"/api/v1/ceremonies": {http.MethodPost: s.guest(take(http.StatusCreated, s.begin))},
		"/api/v1/ceremonies/{id}": {
			http.MethodGet:    s.guest(answer(s.look)),
			http.MethodPost:   s.guest(take(http.StatusOK, s.answerStep)),
			http.MethodDelete: s.guest(act(s.cancel)),
		},

		"/api/v1/account": {
			http.MethodGet:   s.owner(answer(s.account)),
			http.MethodPatch: s.owner(take(http.StatusOK, s.setAccount)),
		},
		"/api/v1/phone":    {http.MethodDelete: s.proved(act(s.deletePhone))},
		"/api/v1/activity": {http.MethodGet: s.owner(answer(s.activity))},
		"/api/v1/sign-out": {http.MethodPost: s.owner(act(s.signOut))},

		"/api/v1/keys": {http.MethodGet: s.owner(answer(s.keys))},
		"/api/v1/keys/{id}": {
			http.MethodPatch:  s.owner(take(http.StatusOK, s.renameKey)),
			http.MethodDelete: s.proved(act(s.deleteKey)),
		},

		"/api/v1/backup-codes": {
			http.MethodGet:  s.owner(answer(s.backupCodes)),
			http.MethodPost: s.proved(take(http.StatusCreated, s.newBackupCode)),
		},
		"/api/v1/backup-codes/replace": {http.MethodPost: s.proved(take(http.StatusCreated, s.replaceBackupCodes))},
		"/api/v1/backup-codes/check":   {http.MethodPost: s.owner(take(http.StatusOK, s.checkBackupCode))},

		"/api/v1/temporary-passwords": {
			http.MethodGet:    s.owner(answer(s.temporaryPasswords)),
			http.MethodPost:   s.proved(take(http.StatusCreated, s.newTemporaryPassword)),
			http.MethodDelete: s.owner(act(s.revokeTemporaryPasswords)),
		},
		"/api/v1/temporary-passwords/{id}": {http.MethodDelete: s.owner(act(s.revokeTemporaryPassword))},

		"/api/v1/sessions": {
			http.MethodGet:    s.owner(answer(s.listSessions)),
			http.MethodDelete: s.owner(act(s.endOtherSessions)),
		},
		"/api/v1/sessions/{id}": {http.MethodDelete: s.owner(act(s.endSession))},

		"/api/v1/messages": {http.MethodGet: s.owner(answer(s.messages))},
		"/api/v1/delivery": {
			http.MethodGet: s.owner(answer(s.delivery)),
			http.MethodPut: s.proved(take(http.StatusOK, s.setDelivery)),
		},
		"/api/v1/delivery/test": {http.MethodPost: s.proved(take(http.StatusOK, s.testDelivery))},

		// Third-party clients: any method, and HTTP Basic or a token.
		"/api/v1/me": {anyMethod: s.me},
	}
}

// mux returns the handler of every route. Paths are registered without their
// methods, so that a wrong method and an unknown path are answered by us, with
// a problem.
func (s *Server) mux() (http.Handler, error) {
	mux := http.NewServeMux()
	for path, on := range s.routes() {
		mux.Handle(path, s.hold(s.dispatch(on)))
	}
	token, err := s.oauthToken()
	if err != nil {
		return nil, err
	}
	mux.Handle("/oauth/token", s.hold(s.dispatch(methods{http.MethodPost: func(c *call) error {
		token.ServeHTTP(c.w, c.r)
		return nil
	}})))
	mux.Handle("/api/v1/events", s.dispatch(methods{http.MethodGet: s.owner(s.events)}))
	nothing := s.dispatch(methods{anyMethod: func(*call) error { return errNoRoute }})
	mux.Handle("/", nothing)
	if s.cfg.Lab != nil {
		mux.Handle("/lab/v1/", s.nearby(s.arrived(s.cfg.Lab), nothing))
		mux.Handle("/lab/v1", nothing) // or else ServeMux would redirect
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isClean(r.URL.Path) {
			s.fail(w, r, errNoRoute) // ServeMux would redirect
			return
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// arrived lets what is on its way to the lab arrive before anybody looks for it: a
// client that was told that a code was sent need not wait for it.
func (s *Server) arrived(lab http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			if err := s.Deliver(r.Context()); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		lab.ServeHTTP(w, r)
	})
}

// hold keeps Reset out while a request runs. A stream of events is not held; it
// ends with its session.
func (s *Server) hold(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.settled.RLock()
		defer s.settled.RUnlock()
		next.ServeHTTP(w, r)
	})
}
