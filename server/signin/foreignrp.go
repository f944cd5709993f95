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

// unlessForeignRP returns the security key as the first method, or the next best method
// if none of the keys can be used under the present name (R40).
func (r *rules) unlessForeignRP(tx store.Tx, a *account.Account, e account.Enrolment) (api.Method, error) {
	keys, err := account.Keys(tx, a.ID)
	if err != nil || len(r.foreignRP(keys)) < len(keys) {
		return api.SecurityKey, err
	}
	e.Keys = 0
	if next := account.DefaultMethod(a, e); next != "" {
		return next, nil
	}
	return api.SecurityKey, nil
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
	refusal, err := r.explainForeignRP(tx, a, r.foreignRP(keys))
	c.Notify(refusal)
	return securityKey, err
}

// explainForeignRP returns a refusal or notice with the name that the most recently used key was
// set up for. It also says whether another method can be used.
func (r *rules) explainForeignRP(tx store.Tx, a *account.Account, keys []account.SecurityKey) (api.Refusal, error) {
	usable, err := methods(tx, a)
	if err != nil {
		return api.Refusal{}, err
	}
	reason := ceremony.KeyForeignRP
	if len(usable) < 2 || len(usable) == 2 && slices.Contains(usable, api.BackupCode) && len(a.ActiveBackupCodes) == 0 {
		reason = ceremony.KeyForeignRPOnly
	}
	refusal := ceremony.Refuse(reason)
	k := slices.MaxFunc(keys, func(a, b account.SecurityKey) int { return a.LastUsed.Compare(b.LastUsed) })
	refusal.Key, refusal.KeyRPID, refusal.RPID = k.Label, k.Credential.RPID, r.rp.ID()
	refusal.Detail = fmt.Sprintf("“%s” was set up for %s; this server now goes by %s. %s", k.Label, k.Credential.RPID, r.rp.ID(), refusal.Detail)
	return refusal, nil
}
