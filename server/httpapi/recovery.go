package httpapi

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/recovery"
	"nightlatch/server/store"
)

// recovery answers whether the owner of the account could sign in without the phone.
func (h *Handler) recovery(c *call) (out api.Recovery, err error) {
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, c.session.Account)
		if err != nil {
			return err
		}
		state, err := recovery.Load(tx, a, h.cfg.Policy, h.cfg.RPID, c.session.Expires)
		out = recovery.Assess(state)
		return err
	})
	return out, err
}
