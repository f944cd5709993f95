package httpapi

import (
	"errors"
	"net/http"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/loginrequest"
	"nightlatch/server/phoneapp"
	"nightlatch/server/store"
)

// Refusals of decisions.
var (
	errPhoneRequired = errors.New("httpapi: approving needs a phone app (R51)")
	errNoLonger      = errors.New("httpapi: the sign-in no longer waits (R52)")
)

// loginRequests lists the account's login requests, open ones first, then the newest (R51).
func (h *Handler) loginRequests(c *call) ([]api.LoginRequestView, error) {
	out := []api.LoginRequestView{}
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		out = out[:0]
		phone, err := h.isPhone(tx, c)
		if err != nil {
			return err
		}
		all, err := loginrequest.List(tx, c.session.Account)
		for _, r := range all {
			out = append(out, r.View(tx.Now(), phone))
		}
		return err
	})
	return out, err
}

// isPhone reports whether the call's session is a phone app's.
func (h *Handler) isPhone(tx store.Tx, c *call) (bool, error) {
	_, err := h.cfg.Phones.BySession(tx, c.session.Account, c.session.ID)
	if errors.Is(err, phoneapp.ErrUnknown) {
		return false, nil
	}
	return err == nil, err
}

// decide answers a login request, in one transaction with the sign-in that waits (R52).
func (h *Handler) decide(c *call, in api.Decision) (out api.LoginRequestView, err error) {
	if in.Decision != api.Approve && in.Decision != api.Deny {
		return out, malformedAs(api.ReasonValue, "decision", "Give approve or deny.")
	}
	gone := false
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		gone = false
		phone, err := h.isPhone(tx, c)
		if err != nil {
			return err
		}
		if in.Decision == api.Approve && !phone {
			return errPhoneRequired
		}
		r, err := loginrequest.Load(tx, a.ID, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		if r, err = loginrequest.Answer(tx, a.ID, r, in, clientName(c.r)); err != nil {
			return err
		}
		taken, err := h.cfg.Ceremonies.Signal(tx, c.caller(), r.Ceremony, r.Signal())
		if err != nil {
			return err
		}
		if !taken && r.State == api.RequestApproved {
			gone = true
			return loginrequest.Gone(tx, a.ID, r)
		}
		out = r.View(tx.Now(), phone)
		return h.answered(c, tx, a, r)
	})
	if err == nil && gone {
		err = errNoLonger
	}
	return out, err
}

// answered records a decision. A report stops pushes for a while and tells the owner (R51).
func (h *Handler) answered(c *call, tx store.Tx, a *account.Account, r loginrequest.Request) error {
	details := map[string]string{"requester": r.Client, "address": r.RemoteAddr}
	switch {
	case r.State == api.RequestApproved:
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventRequestApproved, Rule: "R50", Details: details})
	case r.Reported:
		if err := loginrequest.StopPushes(tx, h.cfg.Policy, a.ID); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventRequestReported, Rule: "R51", Details: details})
	}
	return h.announceBy(c, tx, a, audit.Event{Type: api.EventRequestDenied, Rule: "R51", Details: details})
}

// requestProblems are the refusals of decisions.
var requestProblems = []row{
	{
		of:     []error{loginrequest.ErrUnknown},
		status: http.StatusNotFound, code: api.NotFound, reason: "login_request", rule: "R51",
		title:  "No such login request",
		detail: "Requests are listed for 30 days. Look at the list again.",
	},
	{
		of:     []error{loginrequest.ErrAnswered},
		status: http.StatusConflict, code: api.Conflict, reason: "answered", rule: "R52",
		title:  "This request is closed",
		detail: "It was answered already, or its sign-in ended. A request is answered once.",
	},
	{
		of:     []error{errNoLonger},
		status: http.StatusConflict, code: api.Conflict, reason: "withdrawn", rule: "R52",
		title:  "The sign-in no longer waits",
		detail: "It was ended, so there is nothing to approve. Sign in again on that device.",
	},
	{
		of:     []error{loginrequest.ErrExpired},
		status: http.StatusConflict, code: api.ApprovalExpired, rule: "R52",
		title:  "This request has expired",
		detail: "A request is valid for ten minutes. Sign in again on that device to make a new one.",
	},
	{
		of:     []error{errPhoneRequired},
		status: http.StatusForbidden, code: api.PhoneAppRequired, reason: "approve", rule: "R51",
		title:  "Approve this on your phone",
		detail: "Approving proves that you have the phone, so it is done there: Security › Login requests. Denying works here as well.",
	},
}
