package enroll

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/notice"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
)

// turnOff turns a method off after showing the consequences (R60, R61).
func (r *rules) turnOff() ceremony.Definition[draft] {
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.TurnOff,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword, confirm},
		Start:        r.startTurnOff,
		States: []state{
			r.passwordState(),
			{
				Name: confirm,
				Step: api.Confirm{},
				Show: func(_ store.Tx, _ *ceremony.Ceremony, d *draft) (api.Step, error) {
					return api.Confirm{Method: d.Method, Consequences: d.Consequences}, nil
				},
			},
			done(),
		},
		Edges: []edge{
			r.passwordEdge(confirm, finished),
			{From: confirm, On: api.ConfirmInput{}, To: []api.State{enterPassword, confirm, finished}, Do: r.confirmTurnOff},
		},
		Path: r.path(enterPassword, confirm, finished),
	})
}

func (r *rules) startTurnOff(tx store.Tx, c *ceremony.Ceremony, d *draft, b api.Begin) (api.State, error) {
	switch b.Method {
	case api.Text, api.App, api.SecurityKey, api.LoginRequest:
	default:
		return "", ceremony.Reject(ceremony.Malformed("method",
			"Name the method to turn off: text, app, key or login-request."))
	}
	d.Method = b.Method
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	on, err := r.isOn(tx, a, d.Method)
	if err != nil {
		return "", err
	}
	if !on {
		return "", ceremony.Reject(ceremony.Refuse(ceremony.MethodNotOn))
	}
	return r.next(tx, c, d, nil)
}

// isOn reports whether a method can be turned off. Login requests are on where the account is
// asked on a phone (R50).
func (r *rules) isOn(tx store.Tx, a *account.Account, m api.Method) (bool, error) {
	if m == api.LoginRequest {
		return r.phones.AskedOn(tx, a)
	}
	e, err := account.Enrolled(tx, a)
	return e.Has(m), err
}

// askConfirm shows the consequences for the account as it is now.
func (r *rules) askConfirm(tx store.Tx, d *draft, a *account.Account) (to api.State, err error) {
	if d.Began, err = account.PartsOf(tx, a); err != nil {
		return "", err
	}
	d.Confirmed = false
	d.Consequences, err = twofactor.Consequences(tx, a, d.Method)
	return confirm, err
}

// confirmAgain shows the consequences again, because something else would be removed.
func (r *rules) confirmAgain(tx store.Tx, d *draft, a *account.Account) (api.State, error) {
	return r.askConfirm(tx, d, a)
}

// allShown reports whether every present consequence was shown, with as many items.
func allShown(shown, now []api.Consequence) bool {
	for _, c := range now {
		if !slices.ContainsFunc(shown, func(s api.Consequence) bool { return s.Code == c.Code && s.Count >= c.Count }) {
			return false
		}
	}
	return true
}

// confirmTurnOff takes the confirmation.
func (r *rules) confirmTurnOff(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
	d.Confirmed = true
	return r.next(tx, c, d, in)
}

// writeTurnOff turns the method off. If it is the last one, two-factor is off, and backup
// codes and temporary passwords are void (R61).
func (r *rules) writeTurnOff(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	removed, err := twofactor.RemoveMethods(tx, a, d.Method)
	if err != nil {
		return "", err
	}
	events, mail := notice.Removal(removed)
	for _, e := range events {
		c.Record(e)
	}
	r.MailNotice(tx, c, a, mail)
	return finished, nil
}
