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

// challenge makes new options for the account's keys. A challenge is stored before it is
// shown, and used once.
func (r *rules) challenge(tx store.Tx, d *draft, a *account.Account) error {
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return err
	}
	d.Keys = keyIDs(keys)
	descriptors := make([]webauthn.Descriptor, len(keys))
	for i, k := range keys {
		descriptors[i] = webauthn.Credential(k.Credential).Descriptor()
	}
	d.Options, d.Challenge, err = r.rp.BeginGet(descriptors)
	if errors.Is(err, webauthn.ErrOtherRP) { // all keys were set up for another name of this server
		d.Options, d.Challenge, err = nil, nil, nil
	}
	if err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	return nil
}

func (r *rules) showKey(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	a, o, err := r.othersOf(tx, c, d, api.SecurityKey)
	if err != nil {
		return nil, err
	}
	keys, err := account.Keys(tx, a.ID)
	step := api.UseSecurityKey{Get: d.Options, Alternatives: o.all, Unable: o.unable}
	for _, k := range r.foreignRP(keys) {
		step.ForeignRP = append(step.ForeignRP, api.ForeignKey{Label: k.Label, RPID: k.Credential.RPID})
	}
	return step, err
}

// touched is a KeyResponse with the result of its verification.
type touched struct {
	api.KeyResponse
	verified    webauthn.Verified
	refused     ceremony.Reason // 0 when the signature is good
	wrongOrigin bool            // signed for another origin or relying party
}

// verifyKey verifies a security key's answer, outside any transaction.
func (r *rules) verifyKey(ctx context.Context, c ceremony.Ceremony, d draft, input api.Input) (api.Input, error) {
	in := touched{KeyResponse: input.(api.KeyResponse)}
	if len(in.Response) == 0 {
		return nil, ceremony.Reject(ceremony.Missing("response", "The security key's answer is missing. Touch the key again."))
	}
	var credentials []webauthn.Credential
	err := r.Store.View(ctx, func(tx store.Tx) error {
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return err
		}
		if err := r.allow(tx, &c, a); err != nil { // answers are not verified while throttled
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
	if len(d.Challenge) == 0 { // no key was asked: none was set up for this name
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
		in.wrongOrigin = refused.Reason == webauthn.OtherOrigin || refused.Reason == webauthn.OtherRP
	case errors.Is(err, webauthn.ErrUnknownKey):
		in.refused = ceremony.KeyUnknown
	case errors.Is(err, webauthn.ErrOtherRP):
		in.refused = ceremony.KeyForeignRP
	case err != nil:
		return nil, fmt.Errorf("signin: %w", err)
	}
	return in, nil
}

// key examines a security key's answer.
func (r *rules) key(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	in := input.(touched)
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return r.second(tx, c, d, a, "")
	}
	if err := r.allow(tx, c, a); err != nil {
		return "", err
	}
	reason := in.refused
	i := slices.IndexFunc(keys, func(k account.SecurityKey) bool {
		return bytes.Equal(k.Credential.ID, in.verified.CredentialID)
	})
	if reason == 0 && i < 0 { // deleted while it was touched
		reason = ceremony.KeyUnknown
	}
	if reason == 0 {
		return r.used(tx, c, d, a, keys[i], in.verified)
	}
	if err := r.challenge(tx, d, a); err != nil {
		return "", err
	}
	refusal := ceremony.Refuse(reason)
	if foreign := r.foreignRP(keys); reason == ceremony.KeyForeignRP && len(foreign) > 0 {
		if refusal, err = r.explainForeignRP(tx, d, a, foreign); err != nil {
			return "", err
		}
	}
	if in.wrongOrigin { // shown in the activity list, but not to the client
		return r.refuseFor(tx, c, a, api.SecurityKey, refusal, "key_trapped")
	}
	return r.refuse(tx, c, a, api.SecurityKey, refusal)
}

// used records the use of a key. A key whose counter did not increase is marked as
// possibly copied; the hardened policy refuses it from then on (R34).
func (r *rules) used(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, k account.SecurityKey, v webauthn.Verified) (api.State, error) {
	// Another sign-in may have used the key since it was verified, so the counter is
	// compared again (W3C WebAuthn Level 3, §7.2 step 22).
	stalled := v.CounterStalled || v.SignCount < k.Credential.SignCount ||
		v.SignCount == k.Credential.SignCount && v.SignCount != 0
	first := stalled && !k.PossiblyCopied
	k.PossiblyCopied = k.PossiblyCopied || stalled
	k.Credential.SignCount = max(k.Credential.SignCount, v.SignCount)
	k.Credential.BackedUp = v.BackedUp
	refused := k.PossiblyCopied && r.Policy.RefuseCopiedKey
	if !refused {
		k.LastUsed = tx.Now().UTC()
	}
	if err := account.SaveKey(tx, a.ID, k); err != nil {
		return "", err
	}
	if first {
		r.Announce(tx, c, a, audit.Event{Type: api.EventKeyPossiblyCopied, Rule: "R34", Details: map[string]string{"label": k.Label}})
	}
	if !refused {
		return r.finish(tx, c, d, a, api.SecurityKey)
	}
	if err := r.challenge(tx, d, a); err != nil {
		return "", err
	}
	return r.refuseOwner(c, d, string(api.SecurityKey), ceremony.Refuse(ceremony.KeyCopied))
}
