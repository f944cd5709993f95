package signin

import (
	"fmt"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// elsewhere picks the keys that were set up for another name of this server. No
// key answers under a name that is not its own.
func (r *rules) elsewhere(keys []account.SecurityKey) []account.SecurityKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k account.SecurityKey) bool {
		return !k.ForeignRP(r.rp.ID())
	})
}

// unlessElsewhere is the security key as the way that is asked for first, or the
// next best if none of the keys can be used here (R40).
func (r *rules) unlessElsewhere(tx store.Tx, a *account.Account, e account.Enrolment) (api.Method, error) {
	keys, err := account.Keys(tx, a.ID)
	if err != nil || len(r.elsewhere(keys)) < len(keys) {
		return api.SecurityKey, err
	}
	e.Keys = 0
	if next := account.DefaultMethod(a, e); next != "" {
		return next, nil
	}
	return api.SecurityKey, nil
}

// askKey asks for a touch, or says why none would help.
func (r *rules) askKey(tx store.Tx, d *draft, a *account.Account) (ceremony.Move, error) {
	move := ceremony.Go(securityKey)
	if err := r.challenge(tx, d, a); err != nil || d.Options != nil {
		return move, err
	}
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return ceremony.Move{}, err
	}
	refusal, err := r.explainElsewhere(tx, a, r.elsewhere(keys))
	move.Refusal = &refusal
	return move, err
}

// explainElsewhere says of the key used last which name it was set up for, and
// what to do: whether there is another way.
func (r *rules) explainElsewhere(tx store.Tx, a *account.Account, keys []account.SecurityKey) (api.Refusal, error) {
	open, err := ways(tx, a)
	if err != nil {
		return api.Refusal{}, err
	}
	reason := ceremony.KeyForeignRP
	if len(open) < 2 {
		reason = ceremony.KeyForeignRPOnly
	}
	refusal := ceremony.Refuse(reason)
	k := slices.MaxFunc(keys, func(a, b account.SecurityKey) int { return a.LastUsed.Compare(b.LastUsed) })
	refusal.Key, refusal.KeyRPID, refusal.RPID = k.Label, k.Credential.RPID, r.rp.ID()
	refusal.Detail = fmt.Sprintf("“%s” was set up for %s; this server now goes by %s. %s", k.Label, k.Credential.RPID, r.rp.ID(), refusal.Detail)
	return refusal, nil
}
