package httpapi

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/passwordauth"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
	"nightlatch/server/thirdparty/basic"
	"nightlatch/server/thirdparty/oauth"
)

// me returns the user name. It is the only call for third-party clients, with HTTP Basic
// or an OAuth token. It accepts a session, too.
func (h *Handler) me(c *call) error {
	if basic.Present(c.r) {
		return h.meBasic(c)
	}
	if token, _ := tokenOf(c.r); strings.HasPrefix(token, passwordauth.TokenPrefix) {
		return h.meOAuth(c, token)
	}
	if err := h.identify(c); err != nil {
		return err
	}
	if c.session == nil {
		return h.challenge(c, &thirdparty.Refusal{Code: api.InvalidCredentials})
	}
	return reply(c.w, http.StatusOK, api.Me{Username: c.username})
}

func (h *Handler) meBasic(c *call) error {
	attempt := basic.Attempt(c.r)
	attempt.Client, attempt.Address = clientName(c.r), remoteAddr(c.r)
	id, err := h.cfg.Passwords.Check(c.r.Context(), attempt)
	if refusal := thirdparty.Refused(err); refusal != nil {
		return h.challenge(c, refusal)
	}
	if err != nil {
		return err
	}
	return reply(c.w, http.StatusOK, api.Me{Username: id.Username})
}

// challenge turns a refusal into a problem with a Basic challenge (RFC 7617, RFC 9457).
func (h *Handler) challenge(c *call, refusal *thirdparty.Refusal) error {
	p := basic.Problem(refusal)
	if p.Status == http.StatusUnauthorized {
		c.w.Header()[wwwAuthenticate] = []string{basic.Challenge}
	}
	return p
}

func (h *Handler) meOAuth(c *call, token string) error {
	var (
		a  *account.Account
		r  temppassword.Record
		at time.Time
	)
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		at = tx.Now().UTC()
		a, r, err = h.cfg.Passwords.Open(tx, token)
		return err
	})
	if errors.Is(err, passwordauth.ErrToken) {
		c.w.Header()[wwwAuthenticate] = []string{`Bearer realm="Nightlatch", error="invalid_token"`} // RFC 6750 §3.1
		return &api.Problem{
			Status: http.StatusUnauthorized, Code: api.InvalidCredentials, Reason: "token", Title: "This token does not work",
			Detail: "It has expired, or what it was given for no longer works. Ask for a new one at /oauth/token.",
		}
	}
	if err != nil {
		return err
	}
	if r.ID != "" {
		use := api.Use{At: at, Protocol: thirdparty.OAuth, Address: remoteAddr(c.r)}
		if err := h.cfg.Usage.RecordUse(c.r.Context(), a.ID, r, use, clientName(c.r)); err != nil {
			return err
		}
	}
	return reply(c.w, http.StatusOK, api.Me{Username: a.Username})
}

// oauthToken is the token endpoint.
func (h *Handler) oauthToken() (http.Handler, error) {
	return oauth.New(oauth.Config{
		Checker: h.cfg.Passwords,
		Issuer:  h.cfg.Passwords,
		Now:     h.cfg.Now,
		From:    func(r *http.Request) (client, address string) { return clientName(r), remoteAddr(r) },
		Fail: func(r *http.Request, err error) {
			if clientGone(r, err) {
				return
			}
			h.cfg.Log.Error("request failed", "method", r.Method, "route", r.Pattern, "error", err)
		},
	})
}
