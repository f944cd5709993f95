package httpapi

import (
	"net/http"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
	"nightlatch/server/unavailable"
)

// keys lists the security keys, oldest first (R31).
func (h *Handler) keys(c *call) ([]api.Key, error) {
	var out []api.Key
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		out = []api.Key{}
		keys, err := account.Keys(tx, c.session.Account)
		for _, k := range keys {
			out = append(out, h.keyView(k))
		}
		return err
	})
	return out, err
}

// keyView returns a key in the form that its owner sees on this server.
func (h *Handler) keyView(k account.SecurityKey) api.Key {
	out := k.API()
	out.ForeignRP = k.ForeignRP(h.cfg.RPID)
	return out
}

// renameKey changes the label of a key. It weakens nothing, so it needs no password (R6),
// but it is announced.
func (h *Handler) renameKey(c *call, in api.Label) (out api.Key, err error) {
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		k, err := account.Key(tx, a.ID, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		label, err := account.NormalizeLabel(in.Label, account.KeyLabelMax)
		if err != nil {
			return malformedText("label", "R31", err, "A label has 1 to 64 characters, none of them a control character or a direction mark.")
		}
		out = h.keyView(k)
		if label == k.Label {
			return nil
		}
		old := k.Label
		k.Label = label
		out = h.keyView(k)
		if err := account.SaveKey(tx, a.ID, k); err != nil {
			return err
		}
		return h.announceBy(c, tx, a, audit.Event{
			Type: api.EventKeyRenamed, Rule: "R31", Details: map[string]string{"label": k.Label, "was": old},
		})
	})
	return out, err
}

// deleteKey deletes a key. If it was the only method, that turns two-factor off (R61).
// The hardened policy requires a turn-off first, as for the phone (R17).
func (h *Handler) deleteKey(c *call) error {
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		k, err := account.Key(tx, a.ID, c.r.PathValue("id"))
		if err != nil {
			return err
		}
		if err := h.possible(tx, a, api.ActDeleteKey); err != nil {
			return err
		}
		removed, err := twofactor.DeleteKey(tx, a, k.ID)
		if err != nil {
			return err
		}
		return h.cfg.Announcer.AnnounceRemoval(tx, a, c.origin(), removed)
	})
}

// keyProblems are the refusals of security keys.
var keyProblems = []row{
	{
		of:     []error{account.ErrNoKey},
		status: http.StatusNotFound, code: api.NotFound, reason: "key", rule: "R31",
		title:  "No such security key",
		detail: "It may have been deleted already. Look at the list again.",
	},
	{
		of:     []error{account.ErrKeyLabel},
		status: http.StatusBadRequest, code: api.Malformed, reason: api.ReasonValue, rule: "R31", field: "label", limit: 64,
		title:  "That can't be a label",
		detail: "A label has 1 to 64 characters, none of them a control character or a direction mark.",
	},
	{
		of:     []error{unavailable.ErrKeyIsLast},
		status: http.StatusConflict, code: api.Conflict, reason: "key_is_last", rule: "R61",
		title:  "This security key is the only method",
		detail: "Deleting it would turn two-factor authentication off. Confirm that first: begin turn-off with the method key.",
	},
}
