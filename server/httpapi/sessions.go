package httpapi

import (
	"errors"
	"net/http"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/phoneapp"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/throttle"
)

// listSessions lists the signed-in clients: this one first, the others by last use
// (R44).
func (h *Handler) listSessions(c *call) ([]api.Session, error) {
	out := []api.Session{}
	var found []session.Session
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		found, err = h.cfg.Sessions.List(tx, c.session.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	fresh, err := h.newPlaces(c.r.Context(), c.session.Account, found)
	for _, f := range found {
		out = append(out, api.Session{
			NewPlace:   fresh[f.ID],
			ID:         f.ID,
			Client:     f.Client,
			RemoteAddr: f.RemoteAddr,
			Created:    f.Created.UTC(),
			LastSeen:   h.cfg.Usage.LastSeen(f).UTC(),
			Expires:    f.Expires.UTC(),
			Current:    f.ID == c.session.ID,
		})
	}
	return out, err
}

// endSession signs one client out. Ending another session than the caller's
// needs the password, entered recently. Otherwise a thief with a stolen token
// could end the owner's sessions in a loop, before the owner ends the thief's.
func (h *Handler) endSession(c *call) error {
	id := c.r.PathValue("id")
	if id == c.session.ID {
		return h.signOut(c)
	}
	if _, ok := h.cfg.Sessions.RecentlyAuthenticated(*c.session, h.cfg.Now()); !ok {
		return errReauthenticate
	}
	c.proof = true
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		if err := h.cfg.Sessions.End(tx, a.ID, id); err != nil {
			return notFoundIfUnknown(err)
		}
		if err := throttle.ForgetSession(tx, a.ID, id); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventSessionEnded, Rule: "R44"})
	})
}

// endOtherSessions signs every other client out. It requires ?others=true, so that a
// mistyped address does not end all sessions.
func (h *Handler) endOtherSessions(c *call) error {
	if c.r.URL.Query().Get("others") != "true" {
		return malformedAs(api.ReasonMissing, "others", "Pass ?others=true to end every session but this one, or name one in the address.")
	}
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		n, err := h.cfg.Sessions.EndOthers(tx, a.ID, c.session.ID)
		if err != nil {
			return err
		}
		if err := throttle.ForgetOthers(tx, a.ID, c.session.ID); err != nil || n == 0 {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{
			Type: api.EventSessionsEnded, Rule: "R44", Details: map[string]string{"count": strconv.Itoa(n)},
		})
	})
}

// signOut ends the session of the call and deletes the cookie.
func (h *Handler) signOut(c *call) error {
	err := h.change(c, func(tx store.Tx, a *account.Account) error {
		phone, err := h.cfg.Phones.BySession(tx, a.ID, c.session.ID)
		if err == nil {
			return h.signOutPhone(c, tx, a, phone)
		} else if !errors.Is(err, phoneapp.ErrUnknown) {
			return err
		}
		if err := h.cfg.Sessions.End(tx, a.ID, c.session.ID); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventSignedOut, Rule: "R44"})
	})
	if err != nil {
		return err
	}
	if _, cookie := tokenOf(c.r); cookie {
		http.SetCookie(c.w, &http.Cookie{
			Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
	}
	return nil
}
