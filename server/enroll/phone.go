package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
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
			Show: func(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
				return r.Step(tx, c.Account, d.Phone)
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
	if proved, err := r.proved(tx, c, d, a); err != nil || !proved { // R3, R6
		return r.askPassword(c), err
	}
	d.Began.Edits.Phone = a.Edits.Phone // decided now
	if in.Discoverable != nil {
		find := *in.Discoverable
		d.Find, d.FindEdit = &find, a.Edits.Discoverable
	}
	return r.textTo(tx, c, d, number)
}

// textTo texts a code to a number (R11).
func (r *rules) textTo(tx store.Tx, c *ceremony.Ceremony, d *draft, number string) (api.State, error) {
	refusal, err := r.Send(tx, c, &d.Phone, proof.To{Channel: api.ByText, Address: number, Template: delivery.PhoneCode})
	if refusal != nil {
		return "", ceremony.Reject(*refusal)
	}
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
	r.setDiscoverable(d, a, old)
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

// setDiscoverable sets whether people find the account by its number (R10), if the user chose
// so in this ceremony and has not changed the setting since. Without a choice the setting is
// unchanged; for the first number, the step's default applies.
func (r *rules) setDiscoverable(d *draft, a *account.Account, old string) {
	switch {
	case d.Find != nil && d.FindEdit == a.Edits.Discoverable:
		a.Discoverable = *d.Find
	case d.Find == nil && old == "":
		a.Discoverable = r.Policy.DiscoverableAtFirst
	}
}

// phoneAgain asks for the number again.
func (r *rules) phoneAgain(_ store.Tx, d *draft, _ *account.Account) (api.State, error) {
	d.Phone, d.PhoneProved = proof.Sent{}, false
	return enterPhone, nil
}

// writePhone is setPhone as the change of a ceremony.
func (r *rules) writePhone(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	if err := r.setPhone(tx, c, d, a); err != nil {
		return "", err
	}
	return finished, account.Save(tx, a)
}

// changePhone confirms a new number before it replaces the old one (R16).
func (r *rules) changePhone() ceremony.Definition[draft] {
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.ChangePhone,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword, enterPhone},
		Start:        r.start,
		States:       append([]state{r.passwordState()}, append(r.phoneStates(), done())...),
		Edges: append(r.phoneEdges(),
			r.passwordEdge(enterPhone, finished),
			edge{
				From: textCode, On: api.Code{}, To: []api.State{enterPassword, enterPhone, finished},
				Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
					right, err := r.Confirm(tx, c, &d.Phone, in.(api.Code).Code)
					if err != nil || !right {
						return "", err
					}
					d.PhoneProved = true
					return r.next(tx, c, d, in)
				},
			}),
		Path: r.path(enterPassword, enterPhone, textCode, finished),
	})
}
