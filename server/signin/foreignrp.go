package signin

import (
	"fmt"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// foreignRP returns the keys that were set up for another name (relying party ID) of this
// server. A key answers only for the name it was set up for.
func (r *rules) foreignRP(keys []account.SecurityKey) []account.SecurityKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k account.SecurityKey) bool {
		return !k.ForeignRP(r.rp.ID())
	})
}

// askKey asks for a touch. If all keys were set up for another name, it explains that.
func (r *rules) askKey(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	if err := r.challenge(tx, d, a); err != nil || d.Options != nil {
		return securityKey, err
	}
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return "", err
	}
	refusal, err := r.explainForeignRP(tx, d, a, r.foreignRP(keys))
	c.Notify(refusal)
	return securityKey, err
}

// explainForeignRP returns a refusal or notice with the name that the most recently used key was
// set up for. It also says whether another method can be used.
func (r *rules) explainForeignRP(tx store.Tx, d *draft, a *account.Account, keys []account.SecurityKey) (api.Refusal, error) {
	o, err := r.others(tx, d, a, api.SecurityKey)
	if err != nil {
		return api.Refusal{}, err
	}
	reason := ceremony.KeyForeignRP
	if !o.usable() {
		reason = ceremony.KeyForeignRPOnly
	}
	refusal := ceremony.Refuse(reason)
	k := slices.MaxFunc(keys, func(a, b account.SecurityKey) int { return a.LastUsed.Compare(b.LastUsed) })
	refusal.Key, refusal.KeyRPID, refusal.RPID = k.Label, k.Credential.RPID, r.rp.ID()
	refusal.Detail = fmt.Sprintf("“%s” was set up for %s; this server now goes by %s. %s", k.Label, k.Credential.RPID, r.rp.ID(), refusal.Detail)
	return refusal, nil
}
