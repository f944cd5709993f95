package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// knownPhone reports whether a number is proved and free to become a method, so
// that it need not be asked for.
func knownPhone(a *account.Account) bool { return a.PhoneVerified && a.Phone != "" && !a.TextOn }

// phoneStates ask for a number (R10) and for the code that was texted to it (R11).
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

// phoneEdges take a number and text a code to it. A mistyped number can be
// corrected while the code is awaited.
func (r *rules) phoneEdges() []edge {
	return []edge{
		{From: enterPhone, On: api.Phone{}, To: []api.State{enterPassword, textCode}, Do: r.takePhone},
		{From: textCode, On: api.Phone{}, To: []api.State{enterPassword, textCode}, Do: r.takePhone},
		{
			From: textCode, On: api.Resend{}, To: []api.State{textCode},
			Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (ceremony.Move, error) {
				msgs, err := r.Resend(tx, c.Account, &d.Phone)
				return ceremony.Move{Send: msgs}, err
			},
		},
	}
}

// takePhone reads a number (R10).
func (r *rules) takePhone(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	in := input.(api.Phone)
	number, err := account.NormalizePhone(in.Number, r.region)
	if err != nil {
		return ceremony.Move{}, ceremony.Reject(ceremony.Malformed("number",
			"A number looks like +1 202 555 0143, with the country code. Check it and type it again."))
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return ceremony.Move{}, err
	}
	if a.PhoneVerified && a.Phone == number && (a.TextOn || c.Kind == api.ChangePhone) {
		refusal := ceremony.Refuse(ceremony.SamePhone)
		refusal.Field = "number"
		return ceremony.Move{}, ceremony.Reject(refusal)
	}
	if c.Kind == api.ChangePhone || a.TextOn {
		if fresh, err := r.RecentlyAuthenticated(tx, c); err != nil || !fresh { // R6
			return ceremony.Go(enterPassword), err
		}
	}
	discoverable := in.Discoverable == nil || *in.Discoverable
	return r.textTo(tx, c, d, number, discoverable)
}

// textTo texts a code to a number (R11).
func (r *rules) textTo(tx store.Tx, c *ceremony.Ceremony, d *draft, number string, discoverable bool) (ceremony.Move, error) {
	msgs, refusal, err := r.Send(tx, c.Account, &d.Phone, api.ByText, number, delivery.PhoneCode)
	if refusal != nil {
		return ceremony.Move{}, ceremony.Reject(*refusal)
	}
	d.Discoverable = discoverable
	return ceremony.Move{To: textCode, Send: msgs}, err
}

// usePhone makes the number that was proved the account's. The old one worked
// until now and gets a notice (R16). The caller saves the account.
func (r *rules) usePhone(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
	move := ceremony.Move{}
	old := a.Phone
	replaces := a.PhoneVerified && old != d.Phone.To
	if err := account.SetPhone(tx, a, d.Phone.To); err != nil {
		return move, err
	}
	a.Discoverable = d.Discoverable
	if !replaces && c.Kind != api.ChangePhone {
		return move, nil
	}
	event := audit.Event{
		Type:    api.EventPhoneChanged,
		Rule:    "R16",
		Details: map[string]string{"number": account.MaskPhone(a.Phone)},
	}
	move.Audit = []audit.Event{event}
	move.Send = r.Notice(tx, c, a, event)
	if replaces {
		move.Send = append(move.Send, r.TextNotice(tx, c, a, event, old)...)
	}
	return move, nil
}

// finishPhone does so, and ends the ceremony.
func (r *rules) finishPhone(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
	move, err := r.usePhone(tx, c, d, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	move.To = finished
	return move, account.Save(tx, a)
}

// changePhone proves a new number before it takes the place of the old (R16).
func (r *rules) changePhone() ceremony.Definition[draft] {
	return ceremony.Definition[draft]{
		Kind:         api.ChangePhone,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword, enterPhone},
		Start:        r.startAt(enterPhone),
		States:       append([]state{r.passwordState()}, append(r.phoneStates(), done())...),
		Edges: append(r.phoneEdges(),
			r.passwordEdge(confirmedOr(r.finishPhone, goTo(enterPhone)), enterPhone, finished),
			edge{
				From: textCode, On: api.Code{}, To: []api.State{enterPassword, finished},
				Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (ceremony.Move, error) {
					refused, err := r.Confirm(tx, c.Account, &d.Phone, in.(api.Code).Code)
					if err != nil {
						return ceremony.Move{}, err
					}
					if refused != nil {
						return *refused, nil
					}
					a, err := account.Load(tx, c.Account)
					if err != nil {
						return ceremony.Move{}, err
					}
					return r.lately(r.finishPhone)(tx, c, d, a)
				},
			}),
		Path: r.path(enterPassword, enterPhone, textCode, finished),
	}
}
