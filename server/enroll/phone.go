package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// knownPhone reports whether the account has a confirmed number that is not a method yet,
// so that the number need not be asked for.
func knownPhone(a *account.Account) bool { return a.PhoneVerified && a.Phone != "" && !a.TextOn }

// phoneStates ask for a number (R10) and for the code texted to it (R11).
func (r *rules) phoneStates() []state {
	return []state{
		{
			Name: enterPhone,
			Step: api.EnterPhone{},
			Show: func(tx store.Tx, c *ceremony.Ceremony, _ *draft) (api.Step, error) {
				a, err := account.Load(tx, c.Account)
				if err != nil {
					return nil, err
				}
				step := api.EnterPhone{Number: a.Phone, Discoverable: a.Discoverable}
				if a.Phone == "" {
					step.Discoverable = r.Policy.DiscoverableAtFirst
				}
				return step, nil
			},
		},
		{
			Name: textCode,
			Step: api.EnterCode{},
			Show: func(_ store.Tx, _ *ceremony.Ceremony, d *draft) (api.Step, error) {
				return r.Step(&d.Phone, d.Phone.To), nil
			},
		},
	}
}

// phoneEdges take a number and text a code to it. The number can be corrected while the
// code is awaited.
func (r *rules) phoneEdges() []edge {
	return []edge{
		{From: enterPhone, On: api.Phone{}, To: []api.State{enterPassword, textCode}, Do: r.takePhone},
		{From: textCode, On: api.Phone{}, To: []api.State{enterPassword, textCode}, Do: r.takePhone},
		{
			From: textCode, On: api.Resend{}, To: []api.State{textCode},
			Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (api.State, error) {
				return "", r.Resend(tx, c, &d.Phone)
			},
		},
	}
}

// takePhone reads a number (R10) and texts a code to it.
func (r *rules) takePhone(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	in := input.(api.Phone)
	number, err := account.NormalizePhone(in.Number, r.region)
	if err != nil {
		return "", ceremony.Reject(ceremony.MalformedText("number", err,
			"A number looks like +1 202 555 0143, with the country code. Check it and type it again."))
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	if a.PhoneVerified && a.Phone == number && (a.TextOn || c.Kind == api.ChangePhone) {
		refusal := ceremony.Refuse(ceremony.SamePhone)
		refusal.Field = "number"
		return "", ceremony.Reject(refusal)
	}
	if c.Kind == api.ChangePhone || a.TextOn {
		if recent, err := r.RecentlyAuthenticated(tx, c); err != nil || !recent { // R6
			return enterPassword, err
		}
	}
	discoverable := in.Discoverable == nil || *in.Discoverable
	return r.textTo(tx, c, d, number, discoverable)
}

// textTo texts a code to a number (R11).
func (r *rules) textTo(tx store.Tx, c *ceremony.Ceremony, d *draft, number string, discoverable bool) (api.State, error) {
	refusal, err := r.Send(tx, c, &d.Phone, api.ByText, number, delivery.PhoneCode)
	if refusal != nil {
		return "", ceremony.Reject(*refusal)
	}
	d.Discoverable = discoverable
	return textCode, err
}

// setPhone sets the account's number to the confirmed one. The old number gets a notice
// (R16). The caller saves the account.
func (r *rules) setPhone(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) error {
	old := a.Phone
	replaces := a.PhoneVerified && old != d.Phone.To
	if err := account.SetPhone(tx, a, d.Phone.To); err != nil {
		return err
	}
	a.Discoverable = d.Discoverable
	if !replaces && c.Kind != api.ChangePhone {
		return nil
	}
	event := audit.Event{
		Type:    api.EventPhoneChanged,
		Rule:    "R16",
		Details: map[string]string{"number": account.MaskPhone(a.Phone)},
	}
	r.Announce(tx, c, a, event)
	if replaces {
		r.TextNotice(tx, c, a, event, old)
	}
	return nil
}

// replacePhone is setPhone as the last step of a ceremony.
func (r *rules) replacePhone(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	if err := r.setPhone(tx, c, d, a); err != nil {
		return "", err
	}
	return finished, account.Save(tx, a)
}

// changePhone confirms a new number before it replaces the old one (R16).
func (r *rules) changePhone() ceremony.Definition[draft] {
	return ceremony.Definition[draft]{
		Kind:         api.ChangePhone,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword, enterPhone},
		Start:        r.start,
		States:       append([]state{r.passwordState()}, append(r.phoneStates(), done())...),
		Edges: append(r.phoneEdges(),
			r.passwordEdge(enterPhone, finished),
			edge{
				From: textCode, On: api.Code{}, To: []api.State{enterPassword, finished},
				Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
					right, err := r.Confirm(tx, c, &d.Phone, in.(api.Code).Code)
					if err != nil || !right {
						return "", err
					}
					d.CodeProved = true
					return r.next(tx, c, d)
				},
			}),
		Path: r.path(enterPassword, enterPhone, textCode, finished),
	}
}
