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

// enter leads to the first step of its own that a ceremony has.
type enter func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error)

// startOverview begins an enrolment: its overview says what will happen (R2).
func startOverview(m api.Method) func(store.Tx, *ceremony.Ceremony, *draft, api.Begin) (ceremony.Move, error) {
	return func(_ store.Tx, _ *ceremony.Ceremony, d *draft, _ api.Begin) (ceremony.Move, error) {
		d.Method = m
		return ceremony.Go(overview), nil
	}
}

// prelude is what every enrolment goes through before its own steps: overview
// (R2), password (R3), confirmed address (R4). first lists where enter may lead, and
// late where the password alone does, when it was asked for a second time.
func (r *rules) prelude(next enter, first []api.State, late ...api.State) ([]state, []edge) {
	afterPassword := append([]api.State{enterEmail}, first...)
	states := []state{
		{
			Name: overview,
			Step: api.Overview{},
			Show: func(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
				return r.showOverview(tx, c, d)
			},
		},
		r.passwordState(),
		r.emailState(),
		r.emailCodeState(),
	}
	edges := []edge{
		{
			From: overview, On: api.Continue{}, To: append([]api.State{enterPassword}, afterPassword...),
			Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (ceremony.Move, error) {
				return r.leaveOverview(tx, c, d, next)
			},
		},
		r.passwordEdge(func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
			return r.email(tx, c, d, a, next)
		}, append(slices.Clone(afterPassword), late...)...),
	}
	edges = append(edges, r.emailEdges(func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
		return r.confirmEmail(tx, c, d, a, next)
	}, first...)...)
	return states, edges
}

func (r *rules) showOverview(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return nil, err
	}
	e, err := account.Enrolled(tx, a)
	// Another key is one more; another number or app takes the place of the first.
	return api.Overview{Method: d.Method, Replaces: d.Method != api.SecurityKey && e.Has(d.Method)}, err
}

// leaveOverview asks for the password unless it was proved lately (R3).
func (r *rules) leaveOverview(tx store.Tx, c *ceremony.Ceremony, d *draft, next enter) (ceremony.Move, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return ceremony.Move{}, err
	}
	// What can't be sent is better said here than three steps later.
	ways := r.Ways()
	if _, ok := ways.Code(); !ok && !r.Confirmed(a) {
		return ceremony.Move{}, ceremony.Reject(ceremony.Refuse(ceremony.CannotMail))
	}
	if d.Method == api.Text && !ways.Text {
		return ceremony.Move{}, ceremony.Reject(ceremony.Refuse(ceremony.CannotText))
	}
	fresh, err := r.RecentlyAuthenticated(tx, c)
	if err != nil {
		return ceremony.Move{}, err
	}
	if !fresh {
		return ceremony.Go(enterPassword), nil
	}
	return r.email(tx, c, d, a, next)
}

// email asks for an address to confirm unless there is one (R4).
func (r *rules) email(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, next enter) (ceremony.Move, error) {
	if !r.Confirmed(a) {
		return ceremony.Go(enterEmail), nil
	}
	return next(tx, c, d, a)
}

// confirmEmail keeps the address that was proved, and goes on where it was (R4).
// It is kept even if the enrolment is not finished: it was proved in full.
func (r *rules) confirmEmail(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, next enter) (ceremony.Move, error) {
	if r.Confirmed(a) { // meanwhile, elsewhere; changing it is another ceremony
		return next(tx, c, d, a)
	}
	event := confirmed(a, d)
	if err := account.Save(tx, a); err != nil {
		return ceremony.Move{}, err
	}
	move, err := next(tx, c, d, a)
	move.Audit = append(move.Audit, event)
	return move, err
}

// confirmed makes the address whose code was entered the account's. A code that
// was read from mail kept on this computer proves no address.
func confirmed(a *account.Account, d *draft) audit.Event {
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

// passwordEdge takes the password, and leads on.
func (r *rules) passwordEdge(next enter, to ...api.State) edge {
	return edge{
		From: enterPassword, On: api.Password{}, To: to,
		Slow: func(ctx context.Context, c ceremony.Ceremony, _ draft, in api.Input) (api.Input, error) {
			return r.SlowPassword(ctx, c, in.(api.Password))
		},
		Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (ceremony.Move, error) {
			a, proved, err := r.Password(tx, c, in.(proof.CheckedPassword))
			if err != nil || proved.Refusal != nil {
				return proved, err
			}
			move, err := next(tx, c, d, a)
			move.Audit = append(proved.Audit, move.Audit...)
			return move, err
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
			return api.EnterEmail{Address: a.Email}, nil
		},
	}
}

// emailCodeState asks for the code that was mailed.
func (r *rules) emailCodeState() state {
	return state{
		Name: emailCode,
		Step: api.EnterCode{},
		Show: func(_ store.Tx, _ *ceremony.Ceremony, d *draft) (api.Step, error) {
			return r.Step(&d.Email, d.Email.To), nil
		},
	}
}

// emailEdges take an address, mail a code to it, and take the code. A mistyped
// address can be corrected while the code is awaited.
func (r *rules) emailEdges(next enter, to ...api.State) []edge {
	return []edge{
		{From: enterEmail, On: api.Email{}, To: []api.State{enterPassword, emailCode}, Do: r.mailCode},
		{From: emailCode, On: api.Email{}, To: []api.State{enterPassword, emailCode}, Do: r.mailCode},
		{From: emailCode, On: api.Resend{}, To: []api.State{emailCode}, Do: r.mailAgain},
		{
			From: emailCode, On: api.Code{}, To: to,
			Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (ceremony.Move, error) {
				refused, err := r.Confirm(tx, c.Account, &d.Email, in.(api.Code).Code)
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
				return next(tx, c, d, a)
			},
		},
	}
}

// mailCode mails a code to a new address (R4).
func (r *rules) mailCode(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (ceremony.Move, error) {
	address, err := account.NormalizeEmail(in.(api.Email).Address)
	if err != nil {
		return ceremony.Move{}, ceremony.Reject(ceremony.Malformed("address",
			"An address looks like name@example.org. Check it and type it again."))
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return ceremony.Move{}, err
	}
	if r.Confirmed(a) && a.Email == address {
		refusal := ceremony.Refuse(ceremony.SameEmail)
		refusal.Field = "address"
		return ceremony.Move{}, ceremony.Reject(refusal)
	}
	if c.Kind == api.ChangeEmail {
		if fresh, err := r.RecentlyAuthenticated(tx, c); err != nil || !fresh { // R6
			return ceremony.Go(enterPassword), err
		}
	}
	msgs, refusal, err := r.Send(tx, c.Account, &d.Email, api.ByEmail, address, delivery.EmailCode)
	if refusal != nil {
		return ceremony.Move{}, ceremony.Reject(*refusal)
	}
	return ceremony.Move{To: emailCode, Send: msgs}, err
}

func (r *rules) mailAgain(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (ceremony.Move, error) {
	msgs, err := r.Resend(tx, c.Account, &d.Email)
	return ceremony.Move{Send: msgs}, err
}
