package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/session"
	"nightlatch/server/store"
)

// cookieName is the session cookie of our pages: HttpOnly, SameSite=Strict.
const cookieName = "nightlatch_session"

// bearer is the scheme of RFC 6750 §2.1, with its space.
const bearer = "Bearer "

// tokenOf returns the token of a request, from the Authorization field or else the
// cookie; "" without one. Two Authorization fields count as none, because a proxy may
// have checked the other one.
func tokenOf(r *http.Request) (token string, cookie bool) {
	if fields := r.Header["Authorization"]; len(fields) > 0 {
		h := fields[0]
		if len(fields) == 1 && len(h) > len(bearer) && strings.EqualFold(h[:len(bearer)], bearer) {
			return h[len(bearer):], false
		}
		return "", false
	}
	if len(r.Header["Cookie"]) == 0 {
		return "", false
	}
	c, err := r.Cookie(cookieName)
	if err != nil {
		return "", false
	}
	return c.Value, true
}

// identify finds the session of a call, if there is one, and records that it was seen.
// A browser sends the cookie with requests of any site. SameSite and originCheck stop
// those; a request that changes something must also name this origin.
func (h *Handler) identify(c *call) error {
	token, cookie := tokenOf(c.r)
	if token == "" {
		return nil
	}
	if cookie && c.r.Method != http.MethodGet && c.r.Method != http.MethodHead && !sameOrigin(c.r) {
		return forbiddenOrigin(noOrigin)
	}
	var (
		found identity
		now   time.Time
	)
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		now = tx.Now()
		found, err = h.identityOf(tx, token)
		return err
	})
	switch {
	case errors.Is(err, session.ErrUnknown):
		c.stale = true
		return nil
	case err != nil:
		return err
	}
	c.session, c.username = &found.session, found.username
	h.cfg.Usage.RecordSeen(found.session, now, byPerson(c.r))
	return nil
}

// An identity is a session and the user name of its account.
type identity struct {
	session  session.Session
	username string
}

// identityOf finds the session of a token, or returns session.ErrUnknown.
func (h *Handler) identityOf(tx store.Tx, token string) (identity, error) {
	key := h.cfg.Sealer.MAC("session cache", token)
	found, ok, err := h.identities.Get(tx, key)
	switch {
	case err != nil:
		return identity{}, err
	case ok && !h.cfg.Sessions.Alive(found.session, tx.Now()):
		return identity{}, session.ErrUnknown
	case ok:
		return found, nil
	}
	if found.session, err = h.cfg.Sessions.Find(tx, token); err != nil {
		return identity{}, err
	}
	a, err := account.Load(tx, found.session.Account)
	if err != nil {
		return identity{}, err
	}
	found.username = a.Username
	return found, h.identities.Put(tx, key, a.ID, found)
}

// hasSession reports whether the session of a call is still live.
func (h *Handler) hasSession(ctx context.Context, c *call) bool {
	return h.cfg.Store.View(ctx, func(tx store.Tx) error {
		_, err := h.cfg.Sessions.Load(tx, c.session.Account, c.session.ID)
		return err
	}) == nil
}

// guest accepts calls with and without a session.
func (h *Handler) guest(next endpoint) endpoint {
	serve := next.serve
	next.serve = func(c *call) error {
		if err := h.identify(c); err != nil {
			return err
		}
		return serve(c)
	}
	return next
}

// signedIn accepts calls with a session.
func (h *Handler) signedIn(next endpoint) endpoint {
	serve := next.serve
	next.needs = max(next.needs, needsSession)
	next.serve = func(c *call) error {
		if err := h.identify(c); err != nil {
			return err
		}
		if c.session == nil {
			return errSignInRequired
		}
		return serve(c)
	}
	return next
}

// reauthenticated accepts calls of a session whose password was entered recently (R6).
func (h *Handler) reauthenticated(next endpoint) endpoint {
	serve := next.serve
	next.needs = needsProof
	next.serve = func(c *call) error {
		if _, ok := h.cfg.Sessions.RecentlyAuthenticated(*c.session, h.cfg.Now()); !ok {
			return errReauthenticate
		}
		c.proof = true // change checks it again when the change takes effect
		return serve(c)
	}
	return h.signedIn(next)
}
