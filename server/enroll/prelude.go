package enroll

import (
	"context"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// startOverview begins an enrolment with an overview of what will happen (R2).
func startOverview(m api.Method) func(store.Tx, *ceremony.Ceremony, *draft, api.Begin) (api.State, error) {
	return func(_ store.Tx, _ *ceremony.Ceremony, d *draft, _ api.Begin) (api.State, error) {
		d.Method = m
		return overview, nil
	}
}

// prelude returns the steps that come first in every enrolment: overview (R2),
// password (R3), confirmed address (R4). own lists the ceremony's own states.
// late lists the states that can follow only after a second request for the
// password.
func (r *rules) prelude(own []api.State, late ...api.State) ([]state, []edge) {
	afterPassword := append([]api.State{enterEmail}, own...)
	states := []state{
		{Name: overview, Step: api.Overview{}, Show: r.showOverview},
		r.passwordState(),
		r.emailState(),
		r.emailCodeState(),
	}
	edges := []edge{
		{
			From: overview, On: api.Continue{}, To: append([]api.State{enterPassword}, afterPassword...),
			Do: r.leaveOverview,
		},
		r.passwordEdge(append(slices.Clone(afterPassword), late...)...),
	}
	return states, append(edges, r.emailEdges(append([]api.State{enterPassword}, own...)...)...)
}

func (r *rules) showOverview(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return nil, err
	}
	e, err := account.Enrolled(tx, a)
	// A new key is added; a new number or app replaces the present one.
	return api.Overview{Method: d.Method, Replaces: d.Method != api.SecurityKey && e.Has(d.Method)}, err
}

// leaveOverview refuses an enrolment that would be refused three steps later, such as for want
// of a text gateway.
func (r *rules) leaveOverview(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (api.State, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	if err := r.Server().Check(tx, a, api.Action(c.Kind)); err != nil {
		return "", err
	}
	return r.next(tx, c, d, nil)
}

// passwordState asks for the account's password.
func (r *rules) passwordState() state {
	return state{
		Name: enterPassword,
		Step: api.EnterPassword{},
		Show: func(tx store.Tx, c *ceremony.Ceremony, _ *draft) (api.Step, error) {
			a, err := account.Load(tx, c.Account)
			if err != nil {
				return nil, err
			}
			return api.EnterPassword{Username: a.Username}, nil
		},
	}
}

// passwordEdge examines the password and goes on to the next requirement.
func (r *rules) passwordEdge(to ...api.State) edge {
	return edge{
		From: enterPassword, On: api.Password{}, To: to,
		Slow: func(ctx context.Context, c ceremony.Ceremony, d draft, in api.Input) (api.Input, error) {
			checked, err := r.SlowPassword(ctx, c, in.(api.Password))
			if err != nil || !d.PhoneProved && d.AppStep == 0 {
				return checked, err
			}
			// The method is turned on as soon as the password is right.
			return r.prepareBackup(ctx, c, checked, nil)
		},
		Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
			checked := in
			if p, ok := in.(prepared); ok {
				checked = p.Input
			}
			right, err := r.Password(tx, c, checked.(proof.CheckedPassword))
			if err != nil || !right {
				return "", err
			}
			a, err := account.Load(tx, c.Account)
			if err != nil {
				return "", err
			}
			d.Given = proof.Give(tx, a)
			return r.next(tx, c, d, in)
		},
	}
}

// emailState asks for an address.
func (r *rules) emailState() state {
	return state{
		Name: enterEmail,
		Step: api.EnterEmail{},
		Show: func(tx store.Tx, c *ceremony.Ceremony, _ *draft) (api.Step, error) {
			a, err := account.Load(tx, c.Account)
			if err != nil {
				return nil, err
			}
			return api.EnterEmail{Address: a.Email, Kept: !r.Capabilities().Mail}, nil
		},
	}
}

// emailCodeState asks for the code that was mailed.
func (r *rules) emailCodeState() state {
	return state{
		Name: emailCode,
		Step: api.EnterCode{},
		Show: func(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
			return r.Step(tx, c.Account, d.Email)
		},
	}
}

// emailEdges accept an address, mail a code to it, and examine the code. The
// user can correct the address before the code arrives. If no mail can be
// sent, the address goes to the states that otherwise follow the code.
func (r *rules) emailEdges(to ...api.State) []edge {
	given := append([]api.State{emailCode}, to...)
	return []edge{
		{From: enterEmail, On: api.Email{}, To: given, Do: r.takeEmail},
		{From: emailCode, On: api.Email{}, To: given, Do: r.takeEmail},
		{From: emailCode, On: api.Resend{}, To: []api.State{emailCode}, Do: r.mailAgain},
		{From: emailCode, On: api.Code{}, To: to, Do: r.proveEmail},
	}
}

// takeEmail reads an address and mails a code to it (R4). If no mail can be sent, the address is
// kept unconfirmed, and the ceremony goes on.
func (r *rules) takeEmail(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
	address, err := account.NormalizeEmail(in.(api.Email).Address)
	if err != nil {
		return "", ceremony.Reject(ceremony.MalformedText("address", err,
			"An address looks like name@example.org. Check it and type it again."))
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	if r.HasAddress(a) && a.Email == address {
		refusal := ceremony.Refuse(ceremony.SameEmail)
		refusal.Field = "address"
		return "", ceremony.Reject(refusal)
	}
	if proved, err := r.proved(tx, c, d, a); err != nil || !proved { // R3, R6
		return r.askPassword(c), err
	}
	d.Began.Edits.Email = a.Edits.Email // decided now
	if !r.Capabilities().Mail {
		d.Email, d.EmailProved = proof.Sent{Channel: api.ByEmail, To: address, Kept: true}, true
		return r.next(tx, c, d, in)
	}
	refusal, err := r.Send(tx, c, &d.Email, proof.To{Channel: api.ByEmail, Address: address, Template: delivery.EmailCode})
	if refusal != nil {
		return "", ceremony.Reject(*refusal)
	}
	return emailCode, err
}

func (r *rules) mailAgain(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (api.State, error) {
	return "", r.Resend(tx, c, &d.Email)
}

// proveEmail examines the mailed code (R4).
func (r *rules) proveEmail(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
	right, err := r.Confirm(tx, c, &d.Email, in.(api.Code).Code)
	if err != nil || !right {
		return "", err
	}
	d.EmailProved = true
	return r.next(tx, c, d, in)
}

// confirmEmail saves the confirmed address of an enrolment, even if the
// enrolment is not finished later. An address that another ceremony confirmed
// meanwhile is kept.
func (r *rules) confirmEmail(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) error {
	d.EmailProved = false
	c.Record(setEmail(a, d))
	return account.Save(tx, a)
}

// setEmail sets the account's address to the one whose code was entered, or that was given
// while no code can be mailed, and returns the event.
func setEmail(a *account.Account, d *draft) audit.Event {
	a.Email, a.EmailConfirmed, a.EmailKept = d.Email.To, !d.Email.Kept, d.Email.Kept
	event := audit.Event{
		Type:    api.EventEmailConfirmed,
		Rule:    "R4",
		Details: map[string]string{"address": account.MaskEmail(a.Email)},
	}
	if a.EmailKept {
		event.Type = api.EventEmailKept
	}
	return event
}
