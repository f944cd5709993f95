package httpapi

import (
	"errors"
	"net/http"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/phoneapp"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
)

// errPhoneEnrolled refuses to sign out on the phone that turned a method on (R54, hardened).
var errPhoneEnrolled = errors.New("httpapi: this phone turned the method on (R54)")

// phoneApps lists the account's phones, oldest first (R50).
func (h *Handler) phoneApps(c *call) ([]api.PhoneApp, error) {
	out := []api.PhoneApp{}
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		out = out[:0]
		a, err := account.Load(tx, c.session.Account)
		if err != nil {
			return err
		}
		apps, err := h.cfg.Phones.List(tx, a.ID)
		if err != nil {
			return err
		}
		for _, p := range apps {
			v := api.PhoneApp{
				ID: p.ID, Name: p.Name, Added: p.Added, HasKey: p.HasKey(a), Push: delivery.PushHost(p.Push),
				Current: p.Session == c.session.ID, SignOut: []api.Consequence{},
			}
			if h.turnsOff(a, p) && h.cfg.Policy.PhoneSignOutTurnsOff {
				if v.SignOut, err = twofactor.Consequences(tx, a, a.EnrolledMethod); err != nil {
					return err
				}
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// addPhoneApp registers the session as the account's phone app (R91). Its app key comes with it
// if two-factor is on.
func (h *Handler) addPhoneApp(c *call, in api.PhoneAppRequest) (out api.MadePhoneApp, err error) {
	name, err := account.NormalizeLabel(in.Name, account.PhoneNameMax)
	if err != nil {
		return out, malformedText("name", "R50", err, "A name has 1 to 64 characters, none of them a control character or a direction mark.")
	}
	if in.Push != nil {
		if fault := delivery.PushFault(*in.Push, h.cfg.Lab != nil, h.cfg.PushHosts); fault != "" {
			return out, malformedAs(api.ReasonValue, "push", fault)
		}
	}
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		out = api.MadePhoneApp{}
		if err := h.justSignedIn(tx, c); err != nil {
			return err
		}
		p, added, err := h.cfg.Phones.Register(tx, a, c.session.ID, name, in.Push)
		if err != nil {
			return err
		}
		out.ID = p.ID
		if a.RequestsOff || added && a.LastMethod != "" {
			// A phone that is registered wants the requests, and the method by which it signed in
			// itself is not the one to ask for next (R40, R50).
			a.RequestsOff, a.LastMethod = false, ""
			if err := account.Save(tx, a); err != nil {
				return err
			}
		}
		if !p.HasKey(a) && !a.TwoFactorSince.IsZero() {
			if out.Secret, err = h.cfg.Phones.NewKey(tx, a, &p); err != nil {
				return err
			}
		}
		if !added {
			return nil
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventPhoneAppAdded, Rule: "R91", Details: map[string]string{"label": p.Name}})
	})
	return out, err
}

// justSignedIn requires that the session has signed in lately, or that its password was entered
// lately (R6). A restored phone signs in without the password (R93).
func (h *Handler) justSignedIn(tx store.Tx, c *call) error {
	s, err := h.cfg.Sessions.Load(tx, c.session.Account, c.session.ID)
	if err != nil {
		return err
	}
	if _, ok := h.cfg.Sessions.RecentlyAuthenticated(s, tx.Now()); ok || store.Valid(tx.Now(), s.Created, s.Created.Add(h.cfg.Policy.ReauthenticateAfter)) {
		return nil
	}
	if _, err := h.cfg.Phones.BySession(tx, c.session.Account, s.ID); err == nil {
		return nil // it is a phone app already, and changes its own name or address
	}
	return errReauthenticate
}

// newAppKey makes a new app key for the phone whose session asks (R91). The session can approve
// sign-ins already, so the key adds no right.
func (h *Handler) newAppKey(c *call) (out api.AppKey, err error) {
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		p, err := h.cfg.Phones.Load(tx, a.ID, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		if p.Session != c.session.ID {
			return errNotThisPhone
		}
		if out.Secret, err = h.cfg.Phones.NewKey(tx, a, &p); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventAppKeyMade, Rule: "R91", Details: map[string]string{"label": p.Name}})
	})
	return out, err
}

// removePhoneApp ends a registration with its session. On the phone itself that is signing out
// (R54). Elsewhere it needs the password, as ending another session does (R44).
func (h *Handler) removePhoneApp(c *call) error {
	id := c.r.PathValue("id")
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		p, err := h.cfg.Phones.Load(tx, a.ID, id)
		if err != nil {
			return err
		}
		if p.Session == c.session.ID {
			return h.signOutPhone(c, tx, a, p)
		}
		s, err := h.cfg.Sessions.Load(tx, a.ID, c.session.ID)
		if err != nil {
			return err
		}
		if _, ok := h.cfg.Sessions.RecentlyAuthenticated(s, tx.Now()); !ok {
			return errReauthenticate
		}
		if err := h.cfg.Phones.Delete(tx, a.ID, p); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventPhoneAppRemoved, Rule: "R50", Details: map[string]string{"label": p.Name}})
	})
}

// turnsOff reports whether a phone turned on the first method, and the method is still on (R54).
func (h *Handler) turnsOff(a *account.Account, p phoneapp.App) bool {
	return a.EnrolledBy != "" && a.EnrolledBy == p.Session
}

// signOutPhone signs out on a phone. If it turned the first method on, that method goes off, by
// the classic policy; the hardened one refuses (R54).
func (h *Handler) signOutPhone(c *call, tx store.Tx, a *account.Account, p phoneapp.App) error {
	events := []audit.Event{{Type: api.EventSignedOut, Rule: "R44"}}
	if h.turnsOff(a, p) {
		if !h.cfg.Policy.PhoneSignOutTurnsOff {
			return errPhoneEnrolled
		}
		method := a.EnrolledMethod
		removed, err := twofactor.RemoveMethods(tx, a, method)
		if err != nil {
			return err
		}
		if err := h.cfg.Announcer.AnnounceRemoval(tx, a, c.origin(), removed); err != nil {
			return err
		}
		events = append(events, audit.Event{
			Type: api.EventPhoneSignedOut, Rule: "R54", Details: map[string]string{"label": p.Name, "method": string(method)},
		})
	}
	if err := h.cfg.Phones.Delete(tx, a.ID, p); err != nil {
		return err
	}
	return h.announceBy(c, tx, a, events...)
}

// errNotThisPhone refuses the app key of another phone.
var errNotThisPhone = errors.New("httpapi: not this phone's session (R91)")

// phoneProblems are the refusals of phone apps.
var phoneProblems = []row{
	{
		of:     []error{phoneapp.ErrUnknown},
		status: http.StatusNotFound, code: api.NotFound, reason: "phone_app", rule: "R50",
		title:  "No such phone",
		detail: "It may have signed out or been removed already. Look at the list again.",
	},
	{
		of:     []error{phoneapp.ErrFull},
		status: http.StatusConflict, code: api.PhoneAppsFull, rule: "R50", limit: account.PhoneAppsMax,
		title:  "No more phones can be added",
		detail: "An account can have 5. Remove one that is no longer used, then add this one.",
	},
	{
		of:     []error{phoneapp.ErrTwoFactorOff},
		status: http.StatusConflict, code: api.TwoFactorRequired, rule: "R91",
		title:  "Two-factor authentication is off",
		detail: "A phone gets its app key once two-factor authentication is on. Turn it on, then ask again.",
	},
	{
		of:     []error{errNotThisPhone},
		status: http.StatusForbidden, code: api.PhoneAppRequired, reason: "other_phone", rule: "R91",
		title:  "This is not that phone's session",
		detail: "An app key is given to the phone itself alone. Ask for it on that phone.",
	},
	{
		of:     []error{errPhoneEnrolled},
		status: http.StatusConflict, code: api.Conflict, reason: "phone_enrolled", rule: "R54",
		title:  "This phone set two-factor authentication up",
		detail: "Signing out here would turn that second step off. Turn it off under Two-factor authentication first, or remove this phone in another session.",
	},
}
