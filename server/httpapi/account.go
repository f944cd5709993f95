package httpapi

import (
	"errors"
	"net/http"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
	"nightlatch/server/unavailable"
)

// about describes this server. It needs no session.
func (h *Handler) about(c *call) (api.About, error) {
	out := api.About{
		Version: h.cfg.Version,
		Policy:  h.cfg.Policy.Name,
		RPID:    h.cfg.RPID,
		Lab:     h.cfg.Lab != nil,
		Text:    h.cfg.Senders.Capabilities().Text,

		ShortCode: h.cfg.Policy.CarrierShortCode,
		Services:  api.Services(),
		Limits: api.Limits{
			SecurityKeys:             h.cfg.Policy.KeysMax,
			TemporaryPasswords:       h.cfg.Policy.TemporaryPasswordsMax,
			BackupCodes:              h.cfg.Policy.BackupCodesMax,
			TemporaryPasswordMinutes: int(h.cfg.Policy.TemporaryPasswordLife.Minutes()),
		},
	}
	if key, err := h.cfg.PushKey(c.r.Context()); err == nil { // a full disk has no room for a new one
		out.PushKey = key
	}
	can := h.cfg.Senders.Capabilities()
	out.Mail, out.MailKept = can.Mail || can.Keep, can.Kept()
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		out.Now = tx.Now().UTC()
		if out.Accounts, err = account.Any(tx); err != nil {
			return err
		}
		mode, _, err := h.cfg.Door.Mode(tx)
		if err != nil {
			return err
		}
		owner, err := account.Owner(tx)
		out.SignUp, out.Owned = string(mode), owner != ""
		return err
	})
	return out, err
}

// account returns the account in the form that its owner sees.
func (h *Handler) account(c *call) (out api.Account, err error) {
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, c.session.Account)
		if err != nil {
			return err
		}
		if out, err = account.View(tx, a, h.cfg.Policy); err != nil {
			return err
		}
		if out.Methods.LoginRequest, err = h.cfg.Phones.AskedOn(tx, a); err != nil {
			return err
		}
		if out.Texts, err = h.optOut(tx, a); err != nil {
			return err
		}
		if out.Unavailable, err = h.unavailable(tx, a); err != nil {
			return err
		}
		out.EmailDue = a.EmailKept && h.cfg.Senders.Capabilities().Mail
		if until, ok := h.cfg.Sessions.RecentlyAuthenticated(*c.session, tx.Now()); ok {
			until = until.UTC()
			out.PasswordProved = &until
		}
		return nil
	})
	return out, err
}

// setAccount changes whether the account can be found by its phone number (R10). This
// protects nothing, so it needs no password (R6) and sends no mail; it is in the
// activity list.
func (h *Handler) setAccount(c *call, in api.AccountChange) (api.Account, error) {
	if in.Discoverable == nil {
		return api.Account{}, malformedAs(api.ReasonMissing, "discoverable", "Pass true or false.")
	}
	err := h.change(c, func(tx store.Tx, a *account.Account) error {
		switch {
		case a.Phone == "":
			return errNothingToFind
		case a.Discoverable == *in.Discoverable:
			return nil
		}
		a.Discoverable = *in.Discoverable
		if err := account.Save(tx, a); err != nil {
			return err
		}
		event := audit.Event{Type: api.EventFindableOff, Rule: "R10"}
		if a.Discoverable {
			event.Type = api.EventFindableOn
		}
		return h.announceBy(c, tx, a, event)
	})
	if err != nil {
		return api.Account{}, err
	}
	return h.account(c)
}

// deletePhone deletes the phone number. If text is the only method, that turns
// two-factor off. The hardened policy requires a turn-off first (R17).
func (h *Handler) deletePhone(c *call) error {
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		if a.Phone == "" {
			return errNoPhone
		}
		if err := h.possible(tx, a, api.ActDeletePhone); err != nil {
			return err
		}
		removed, err := twofactor.DeletePhone(tx, a)
		if err != nil {
			return err
		}
		return h.cfg.Announcer.AnnounceRemoval(tx, a, c.origin(), removed)
	})
}

// possible returns why an action of the account is refused now, nil if it is not.
func (h *Handler) possible(tx store.Tx, a *account.Account, what api.Action) error {
	return unavailable.Server{Policy: h.cfg.Policy, Can: h.cfg.Senders.Capabilities()}.Check(tx, a, what)
}

// unavailable lists the actions of the account that would be refused now, each with the
// problem that it would get.
func (h *Handler) unavailable(tx store.Tx, a *account.Account) ([]api.RefusedAction, error) {
	var list []api.RefusedAction
	for _, what := range api.Actions() {
		refused := h.possible(tx, a, what)
		if refused == nil {
			continue
		}
		p := h.problem(refused)
		if p.Status >= http.StatusInternalServerError && p.Code != api.CannotSend {
			return nil, refused // it could not be found out
		}
		list = append(list, api.RefusedAction{
			Action: what, Code: p.Code, Reason: p.Reason, Rule: p.Rule, Title: p.Title, Detail: p.Detail, Limit: p.Limit, First: unavailable.First(refused),
		})
	}
	return list, nil
}

// optOut returns the last GO or STOP of the account's number, nil if there is none.
func (h *Handler) optOut(tx store.Tx, a *account.Account) (*api.TextOptOut, error) {
	if a.Phone == "" {
		return nil, nil
	}
	c, err := delivery.LoadOptOut(tx, a.Phone)
	if err != nil || c.At.IsZero() {
		return nil, err
	}
	return &api.TextOptOut{Stopped: c.Stopped, At: c.At, ShortCode: h.cfg.Policy.CarrierShortCode}, nil
}

var (
	errNoPhone       = errors.New("httpapi: no phone number")
	errNothingToFind = errors.New("httpapi: no phone number to find the account by")
)

// accountProblems are the refusals of changes of the phone number.
var accountProblems = []row{
	{
		of:     []error{errNoPhone},
		status: http.StatusNotFound, code: api.NotFound, reason: "phone", rule: "R17",
		title:  "No phone number",
		detail: "This account has no phone number to delete.",
	},
	{
		of:     []error{errNothingToFind},
		status: http.StatusConflict, code: api.Conflict, reason: "no_phone", rule: "R10",
		title:  "No phone number",
		detail: "This account has no phone number, so it cannot be found by one. Set one up first.",
	},
	{
		of:     []error{unavailable.ErrTextIsLast},
		status: http.StatusConflict, code: api.Conflict, reason: "text_is_last", rule: "R17",
		title:  "Text message is the only method",
		detail: "Deleting the phone number would turn two-factor authentication off. Confirm that first: begin turn-off with the method text, then delete the number.",
	},
}
