package signin

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/loginrequest"
	"nightlatch/server/phoneapp"
	"nightlatch/server/store"
)

// unable returns why a method would not complete a sign-in now, or nil. It says no more
// than choosing the method does, and only after the right password (R42).
func (r *rules) unable(tx store.Tx, d *draft, a *account.Account, m api.Method) (*api.Refusal, error) {
	reason := ceremony.Reason(0)
	switch m {
	case api.Text:
		return r.textUnable(tx, d, a)
	case api.SecurityKey:
		keys, err := account.Keys(tx, a.ID)
		if err != nil {
			return nil, err
		}
		if len(r.foreignRP(keys)) == len(keys) {
			reason = ceremony.KeyForeignRP
		}
	case api.LoginRequest:
		full, err := loginrequest.Full(tx, r.Policy, a.ID)
		if err != nil {
			return nil, err
		}
		if full && d.Request == "" {
			reason = ceremony.RequestsFull
		}
	case api.BackupCode:
		if len(a.ActiveBackupCodes) == 0 {
			reason = ceremony.BackupNone
		}
	}
	if reason == 0 {
		return nil, nil
	}
	refusal := ceremony.Refuse(reason)
	return &refusal, nil
}

// textUnable returns why no code can be texted, or nil. A code that this sign-in texted
// before can still be entered, and so can a login code of the phone app, which needs no
// network (R90).
func (r *rules) textUnable(tx store.Tx, d *draft, a *account.Account) (*api.Refusal, error) {
	if d.Text.To != "" && d.Text.To == a.Phone {
		unusable, err := r.CodeNotice(tx, a.ID, d.Text)
		if err != nil || unusable == nil {
			return nil, err
		}
	}
	why, err := proof.Waits(r.Server().Send(tx, api.ByText, a.Phone))
	if err != nil || why == nil {
		return nil, err
	}
	phones, err := r.phones.List(tx, a.ID)
	if err != nil || slices.ContainsFunc(phones, func(p phoneapp.App) bool { return p.HasKey(a) }) {
		return nil, err
	}
	return why, nil
}

// others is what a second step says of the methods that are not in use.
type others struct {
	all    []api.Method // what can be chosen (R40)
	unable []api.UnableMethod
}

// usable reports whether one of them would complete the sign-in now.
func (o others) usable() bool { return len(o.all) > len(o.unable) }

// others lists every method except the one in use.
func (r *rules) others(tx store.Tx, d *draft, a *account.Account, used api.Method) (others, error) {
	all, err := r.methods(tx, a)
	if err != nil {
		return others{}, err
	}
	o := others{all: slices.DeleteFunc(all, func(m api.Method) bool { return m == used })}
	if o.all == nil {
		o.all = []api.Method{} // on the wire a list, not null
	}
	for _, m := range o.all {
		why, err := r.unable(tx, d, a, m)
		if err != nil {
			return others{}, err
		}
		if why != nil {
			o.unable = append(o.unable, api.UnableMethod{Method: m, Code: why.Code, Reason: why.Reason, Rule: why.Rule, Title: why.Title})
		}
	}
	return o, nil
}

// othersOf is others for the account of a ceremony.
func (r *rules) othersOf(tx store.Tx, c *ceremony.Ceremony, d *draft, used api.Method) (*account.Account, others, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return nil, others{}, err
	}
	o, err := r.others(tx, d, a, used)
	return a, o, err
}

// first returns the method to ask for first (R40). It passes over a method that can't be used
// now, if there is another. A phone that replied STOP is not passed over: its owner can text GO.
func (r *rules) first(tx store.Tx, d *draft, a *account.Account, e account.Enrolment) (api.Method, error) {
	able := e
	able.Text = e.Text && r.Capabilities().Text
	if e.Keys > 0 {
		why, err := r.unable(tx, d, a, api.SecurityKey)
		if err != nil {
			return "", err
		}
		if why != nil {
			able.Keys = 0
		}
	}
	if next := account.DefaultMethod(a, able); next != "" {
		return next, nil
	}
	return account.DefaultMethod(a, e), nil
}
