package signin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/store"
	"nightlatch/server/webauthn"
)

// challenge makes new options for the account's keys. Each is stored before it is
// shown, and used once.
func (r *rules) challenge(tx store.Tx, d *draft, a *account.Account) error {
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return err
	}
	descriptors := make([]webauthn.Descriptor, len(keys))
	for i, k := range keys {
		descriptors[i] = webauthn.Credential(k.Credential).Descriptor()
	}
	d.Options, d.Challenge, err = r.rp.BeginGet(descriptors)
	if errors.Is(err, webauthn.ErrOtherRP) { // every key was set up for another name of this server
		d.Options, d.Challenge, err = nil, nil, nil
	}
	if err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	return nil
}

func (r *rules) showKey(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	a, others, err := alternatives(tx, c, api.SecurityKey)
	if err != nil {
		return nil, err
	}
	keys, err := account.Keys(tx, a.ID)
	step := api.UseSecurityKey{Get: d.Options, Alternatives: others}
	for _, k := range r.elsewhere(keys) {
		step.Elsewhere = append(step.Elsewhere, api.ForeignKey{Label: k.Label, RPID: k.Credential.RPID})
	}
	return step, err
}

// A touched is a KeyResponse with what its verification said.
type touched struct {
	api.KeyResponse
	verified webauthn.Verified
	refused  ceremony.Reason // 0 when the signature is good
	trap     bool            // what it signed is for another page or another server
}

// verifyKey verifies a security key's answer, outside any transaction.
func (r *rules) verifyKey(ctx context.Context, c ceremony.Ceremony, d draft, input api.Input) (api.Input, error) {
	in := touched{KeyResponse: input.(api.KeyResponse)}
	if len(in.Response) == 0 {
		return nil, ceremony.Reject(ceremony.Malformed("response", "The security key's answer is missing. Touch the key again."))
	}
	var credentials []webauthn.Credential
	err := r.Store.View(ctx, func(tx store.Tx) error {
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return err
		}
		if err := r.allow(tx, a); err != nil { // a throttled answer costs nothing
			return err
		}
		keys, err := account.Keys(tx, c.Account)
		credentials = make([]webauthn.Credential, len(keys))
		for i, k := range keys {
			credentials[i] = webauthn.Credential(k.Credential)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(d.Challenge) == 0 { // nothing was asked: there is no key for this name
		in.refused = ceremony.KeyForeignRP
		return in, nil
	}
	in.verified, err = r.rp.FinishGet(d.Challenge, credentials, in.Response)
	var refused *webauthn.RefusedError
	switch {
	case errors.As(err, &refused) && refused.Reason == webauthn.Malformed:
		return nil, ceremony.Reject(ceremony.Malformed("response", "The security key's answer can't be read. Touch the key again."))
	case errors.As(err, &refused):
		in.refused = proof.KeyReason(refused)
		in.trap = refused.Reason == webauthn.OtherOrigin || refused.Reason == webauthn.OtherRP
	case errors.Is(err, webauthn.ErrUnknownKey):
		in.refused = ceremony.KeyUnknown
	case errors.Is(err, webauthn.ErrOtherRP):
		in.refused = ceremony.KeyForeignRP
	case err != nil:
		return nil, fmt.Errorf("signin: %w", err)
	}
	return in, nil
}

// key takes a security key's answer.
func (r *rules) key(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	in := input.(touched)
	a, moved, err := r.guard(tx, c, d)
	if moved != nil || err != nil {
		return deref(moved), err
	}
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return ceremony.Move{}, err
	}
	if len(keys) == 0 {
		return r.second(tx, c, d, a, "")
	}
	if err := r.allow(tx, a); err != nil {
		return ceremony.Move{}, err
	}
	reason := in.refused
	i := slices.IndexFunc(keys, func(k account.SecurityKey) bool {
		return bytes.Equal(k.Credential.ID, in.verified.CredentialID)
	})
	if reason == 0 && i < 0 { // deleted while it was touched
		reason = ceremony.KeyUnknown
	}
	if reason != 0 {
		if err := r.challenge(tx, d, a); err != nil {
			return ceremony.Move{}, err
		}
		refusal := ceremony.Refuse(reason)
		if there := r.elsewhere(keys); reason == ceremony.KeyForeignRP && len(there) > 0 {
			if refusal, err = r.explainElsewhere(tx, a, there); err != nil {
				return ceremony.Move{}, err
			}
		}
		move, err := r.refuse(tx, c, a, api.SecurityKey, refusal)
		if err == nil && in.trap { // of interest to the owner, and to nobody who asks
			move.Audit[0].Details["reason"] = "key_trapped"
		}
		return move, err
	}
	return r.used(tx, c, d, a, keys[i], in.verified)
}

// used notes that a key was used. One whose counter did not grow is marked as
// possibly copied; hardened refuses it from then on (R34).
func (r *rules) used(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, k account.SecurityKey, v webauthn.Verified) (ceremony.Move, error) {
	// What was verified may have been overtaken by another use of the key, so the
	// counter is looked at once more (W3C WebAuthn Level 3, §7.2 step 22).
	stalled := v.CounterStalled || v.SignCount < k.Credential.SignCount ||
		v.SignCount == k.Credential.SignCount && v.SignCount != 0
	news := stalled && !k.PossiblyCopied
	k.PossiblyCopied = k.PossiblyCopied || stalled
	k.Credential.SignCount = max(k.Credential.SignCount, v.SignCount)
	k.Credential.BackedUp = v.BackedUp
	refused := k.PossiblyCopied && r.Policy.RefuseCopiedKey
	if !refused {
		k.LastUsed = tx.Now().UTC()
	}
	if err := account.SaveKey(tx, a.ID, k); err != nil {
		return ceremony.Move{}, err
	}
	var move ceremony.Move
	var err error
	if refused {
		if err := r.challenge(tx, d, a); err != nil {
			return ceremony.Move{}, err
		}
		move, err = r.refuse(tx, c, a, api.SecurityKey, ceremony.Refuse(ceremony.KeyCopied))
	} else {
		move, err = r.finish(tx, c, d, a, api.SecurityKey)
	}
	if news {
		event := audit.Event{Type: api.EventKeyPossiblyCopied, Rule: "R34", Details: map[string]string{"label": k.Label}}
		move.Audit = append([]audit.Event{event}, move.Audit...)
		move.Send = append(move.Send, r.Notice(tx, c, a, event)...)
	}
	return move, err
}
