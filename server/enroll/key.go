package enroll

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/store"
	"nightlatch/server/webauthn"
)

// enrollKey adds a security key (R30 to R33). The key is stored in the last step, with its
// name. No backup code is issued (R32).
func (r *rules) enrollKey() ceremony.Definition[draft] {
	states, edges := r.prelude([]api.State{touchKey, nameKey}, finished)
	states = append(states, state{
		Name: touchKey,
		Step: api.UseSecurityKey{},
		Show: func(_ store.Tx, _ *ceremony.Ceremony, d *draft) (api.Step, error) {
			return api.UseSecurityKey{Create: d.Options}, nil
		},
	}, state{
		Name: nameKey,
		Step: api.NameKey{},
		Show: func(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
			suggested, err := suggest(tx, c.Account, d.Product, d.Credential)
			return api.NameKey{Suggested: suggested}, err
		},
	}, done())
	edges = append(edges,
		edge{From: touchKey, On: api.KeyResponse{}, To: []api.State{enterPassword, nameKey}, Slow: r.verifyKey, Do: r.takeKey},
		edge{From: nameKey, On: api.Label{}, To: []api.State{enterPassword, enterEmail, touchKey, finished}, Do: r.nameKey},
	)
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.EnrollKey,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{overview},
		Start: func(tx store.Tx, c *ceremony.Ceremony, d *draft, b api.Begin) (api.State, error) {
			a, err := account.Load(tx, c.Account)
			if err != nil {
				return "", err
			}
			if err := r.Server().Check(tx, a, api.ActEnrollKey); err != nil {
				return "", err
			}
			return startOverview(api.SecurityKey)(tx, c, d, b)
		},
		States: states,
		Edges:  edges,
		Path: r.path(overview, enterPassword, enterEmail, emailCode,
			touchKey, nameKey, finished),
	})
}

// user is the user that a key is enrolled for. The handle is the account's random ID.
func user(a *account.Account) webauthn.User {
	return webauthn.User{ID: []byte(a.ID), Name: a.Username, DisplayName: a.Username}
}

// enterKey makes new options with a challenge. They exclude the account's keys, so that a
// key refuses to be enrolled twice (R33).
func (r *rules) enterKey(tx store.Tx, d *draft, a *account.Account) (api.State, error) {
	if err := r.Server().Check(tx, a, api.ActEnrollKey); err != nil {
		return "", err
	}
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return "", err
	}
	exclude := make([]webauthn.Descriptor, len(keys))
	for i, k := range keys {
		exclude[i] = webauthn.Credential(k.Credential).Descriptor()
	}
	d.Credential, d.Label = nil, ""
	d.Options, d.Challenge, err = r.rp.BeginCreate(user(a), exclude)
	if err != nil {
		return "", fmt.Errorf("enroll: %w", err)
	}
	return touchKey, nil
}

// made is a KeyResponse with its credential.
type made struct {
	api.KeyResponse
	credential webauthn.Credential
	refused    ceremony.Reason // 0 if it was accepted
}

// verifyKey verifies a security key's answer, outside any transaction.
func (r *rules) verifyKey(ctx context.Context, c ceremony.Ceremony, d draft, input api.Input) (api.Input, error) {
	in := made{KeyResponse: input.(api.KeyResponse)}
	if len(in.Response) == 0 {
		return nil, ceremony.Reject(ceremony.Missing("response", "The security key's answer is missing. Touch the key again."))
	}
	var a *account.Account
	err := r.Store.View(ctx, func(tx store.Tx) error {
		var err error
		a, err = account.Load(tx, c.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	in.credential, err = r.rp.FinishCreate(d.Challenge, user(a), in.Response)
	var refused *webauthn.RefusedError
	switch {
	case errors.As(err, &refused) && refused.Reason == webauthn.Malformed:
		return nil, ceremony.Reject(ceremony.Malformed("response", "The security key's answer can't be read. Touch the key again."))
	case errors.As(err, &refused):
		in.refused = proof.KeyReason(refused)
	case err != nil:
		return nil, fmt.Errorf("enroll: %w", err)
	}
	return in, nil
}

// takeKey keeps the new credential in the draft. A challenge is used once.
func (r *rules) takeKey(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	in := input.(made)
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	if in.refused != 0 {
		return r.touchAgain(tx, c, d, a, ceremony.Refuse(in.refused))
	}
	owner, known, err := account.KeyByCredential(tx, in.credential.ID)
	switch {
	case err == nil:
		return r.touchAgain(tx, c, d, a, enrolled(owner == a.ID, known.Label))
	case !errors.Is(err, account.ErrNoKey):
		return "", err
	}
	d.Credential, d.Options, d.Challenge = &in.credential, nil, nil
	d.Product, err = account.NormalizeLabel(strings.Join(strings.Fields(in.Product), " "), account.KeyLabelMax)
	if err != nil {
		d.Product = "" // a device reports any text; without a name the model's is suggested
	}
	return r.next(tx, c, d, input)
}

// touchAgain refuses an answer and asks for another, with a new challenge.
func (r *rules) touchAgain(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, refusal api.Refusal) (api.State, error) {
	c.Refuse(refusal)
	return r.enterKey(tx, d, a)
}

// enrolled is the refusal of R33. It does not disclose which other account has the key.
func enrolled(own bool, label string) api.Refusal {
	if !own {
		return ceremony.Refuse(ceremony.KeyOtherAccount)
	}
	refusal := ceremony.Refuse(ceremony.KeyEnrolled)
	refusal.Key = label
	return refusal
}

// suggest returns a name for a key (R31): the name that the client shows, or else the name of
// the model. It adds a number if another key of the account has that name.
func suggest(tx store.Tx, accountID, product string, credential *webauthn.Credential) (string, error) {
	keys, err := account.Keys(tx, accountID)
	if err != nil {
		return "", err
	}
	name := "Security key"
	switch {
	case product != "":
		name = product
	case credential != nil && credential.Model() != "":
		name = credential.Model()
	}
	taken := make(map[string]bool, len(keys))
	for _, k := range keys {
		taken[strings.ToLower(k.Label)] = true
	}
	suggested := name
	for n := 2; taken[strings.ToLower(suggested)]; n++ {
		number := fmt.Sprintf(" %d", n)
		letters := []rune(name)
		suggested = strings.TrimSpace(string(letters[:min(len(letters), account.KeyLabelMax-len(number))])) + number
	}
	return suggested, nil
}

// nameKey takes the name of the new key.
func (r *rules) nameKey(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	label, err := account.NormalizeLabel(input.(api.Label).Label, account.KeyLabelMax)
	if err != nil {
		return "", ceremony.Reject(ceremony.MalformedText("label", err,
			"A name has 1 to 64 characters that can be shown. Type another one."))
	}
	d.Label = label
	return r.next(tx, c, d, input)
}

// writeKey stores the key with its name, which turns the method on (R31).
func (r *rules) writeKey(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	added, err := account.AddKey(tx, a.ID, account.SecurityKey{
		Label:      d.Label,
		Model:      d.Credential.Model(),
		Credential: account.Credential(*d.Credential),
		Lab:        d.Credential.Lab(),
	})
	var taken *account.EnrolledError
	switch {
	case errors.Is(err, account.ErrKeysFull):
		return "", ceremony.Reject(ceremony.Refuse(ceremony.KeysFull))
	case errors.As(err, &taken): // enrolled meanwhile
		return r.touchAgain(tx, c, d, a, enrolled(taken.Label != "", taken.Label))
	case err != nil:
		return "", err
	}
	event := audit.Event{Type: api.EventKeyAdded, Rule: "R31", Details: map[string]string{"label": added.Label}}
	return r.turnedOn(tx, c, d, a, event, input, false)
}
