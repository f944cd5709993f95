package httpapi

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// temporaryPasswords lists them, newest first, with the uses not written yet (R83).
func (h *Handler) temporaryPasswords(c *call) ([]api.TemporaryPassword, error) {
	var out []api.TemporaryPassword
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		out = []api.TemporaryPassword{}
		records, err := temppassword.List(tx, c.session.Account)
		for _, r := range records {
			out = append(out, r.API(tx.Now()))
		}
		return err
	})
	for i := range out {
		h.cfg.Usage.Complete(&out[i])
	}
	return out, err
}

// A temporaryPasswordOrder is the request for a new one.
type temporaryPasswordOrder struct {
	Label   string `json:"label"`             // its name, 1 to 64 characters
	Service string `json:"service,omitempty"` // the only service that it works for
}

// newTemporaryPassword makes one (R81).
func (h *Handler) newTemporaryPassword(c *call, in temporaryPasswordOrder) (out api.NewTemporaryPassword, err error) {
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		out, err = temppassword.Make(tx, h.cfg.Sealer, a, in.Label, in.Service, false)
		if errors.Is(err, temppassword.ErrLabel) {
			return malformedText("label", "R83", err, "A label has 1 to 64 characters.")
		}
		if err != nil {
			return err
		}
		made, err := temppassword.Get(tx, a.ID, out.ID)
		if err != nil {
			return err
		}
		details := map[string]string{"label": made.Label}
		if made.Service != "" {
			details["service"] = made.Service
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventTemporaryPasswordMade, Rule: "R81", Details: details})
	})
	if err != nil {
		return api.NewTemporaryPassword{}, err
	}
	return out, nil
}

// revokeTemporaryPassword ends one at once (R83).
func (h *Handler) revokeTemporaryPassword(c *call) error {
	id := c.r.PathValue("id")
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		before, err := temppassword.Get(tx, a.ID, id)
		if err != nil {
			return err
		}
		if before.State(tx.Now()) != temppassword.StateLive {
			return nil
		}
		if err := temppassword.Revoke(tx, a.ID, id); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{
			Type: api.EventTemporaryPasswordRevoked, Rule: "R83", Details: map[string]string{"label": before.Label},
		})
	})
}

// revokeTemporaryPasswords ends all of them (R83).
func (h *Handler) revokeTemporaryPasswords(c *call) error {
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		n, err := temppassword.RevokeAll(tx, a.ID)
		if err != nil || n == 0 {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{
			Type: api.EventTemporaryPasswordsRevoked, Rule: "R83", Details: map[string]string{"count": strconv.Itoa(n)},
		})
	})
}

// temporaryPasswordProblems are the refusals of temporary passwords.
var temporaryPasswordProblems = []row{
	{
		of:     []error{temppassword.ErrNotFound},
		status: http.StatusNotFound, code: api.NotFound, reason: "temporary_password", rule: "R83",
		title:  "No such temporary password",
		detail: "Look at the list again.",
	},
	{
		of:     []error{temppassword.ErrLabel},
		status: http.StatusBadRequest, code: api.Malformed, reason: api.ReasonValue, rule: "R83", field: "label", limit: 64,
		title:  "That can't be a label",
		detail: "A label has 1 to 64 characters, none of them a control character or a direction mark.",
	},
	{
		of:     []error{temppassword.ErrService},
		status: http.StatusBadRequest, code: api.Malformed, reason: api.ReasonUnknown, rule: "R83", field: "service",
		title:  "There is no such service",
		detail: "A temporary password can be limited to one of: " + strings.Join(api.Services(), ", ") + ". Without a service it works for all.",
	},
	{
		of:     []error{temppassword.ErrFull},
		status: http.StatusConflict, code: api.TemporaryPasswordsFull, rule: "R83", limit: account.TemporaryPasswordsMax,
		title:  "Ten temporary passwords are live already",
		detail: "Revoke one that is no longer needed, or wait until one expires.",
	},
}
