package httpapi

import (
	"errors"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/changes"
)

// begin begins a ceremony.
func (h *Handler) begin(c *call, in api.Begin) (api.View, error) {
	if in.Kind == "" {
		return api.View{}, malformedAs(api.ReasonMissing, "kind", "Name the kind of ceremony.")
	}
	if c.session != nil {
		if retry, ok := h.pace.allow(c.session.ID, h.cfg.Now()); !ok {
			return api.View{}, tooFast(retry)
		}
	}
	v, err := h.cfg.Ceremonies.Begin(c.r.Context(), c.caller(), in)
	return h.notifyClients(c, v, err)
}

// ceremony returns the current view of a ceremony.
func (h *Handler) ceremony(c *call) (api.View, error) {
	v, err := h.cfg.Ceremonies.Get(c.r.Context(), c.caller(), c.r.PathValue("id"))
	return v, h.orSignIn(c, err)
}

// answerStep answers a ceremony's step. Revisions begin with 1, so a missing one is an
// error of the client.
func (h *Handler) answerStep(c *call, in api.Answer) (api.View, error) {
	if in.Rev < 1 {
		return api.View{}, malformedAs(api.ReasonMissing, "rev", "Give rev: the revision of the view that you answer.")
	}
	v, err := h.cfg.Ceremonies.Answer(c.r.Context(), c.caller(), c.r.PathValue("id"), in)
	return h.notifyClients(c, v, err)
}

// cancel ends a ceremony without effect.
func (h *Handler) cancel(c *call) error {
	err := h.cfg.Ceremonies.Cancel(c.r.Context(), c.caller(), c.r.PathValue("id"))
	_, err = h.notifyClients(c, api.View{}, err)
	return err
}

// notifyClients notifies the account's clients that a ceremony has changed. The store's
// keys show only that a ceremony begins or ends.
func (h *Handler) notifyClients(c *call, v api.View, err error) (api.View, error) {
	if err == nil && c.session != nil {
		h.cfg.Hub.Add(c.session.Account, changes.Ceremony)
	}
	return v, h.orSignIn(c, err)
}

// orSignIn replaces "not found" by "sign in" for a client whose session has ended.
func (h *Handler) orSignIn(c *call, err error) error {
	if c.stale && errors.Is(err, ceremony.ErrNotFound) {
		return errSignInRequired
	}
	return err
}
