package enroll

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/notice"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
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
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return "", err
	}
	if !e.Has(d.Method) {
		return "", ceremony.Reject(ceremony.Refuse(ceremony.MethodNotOn))
	}
	return r.next(tx, c, d, nil)
}

// askConfirm shows the consequences for the account as it is now.
func (r *rules) askConfirm(tx store.Tx, d *draft, a *account.Account) (to api.State, err error) {
	if d.Began, err = account.PartsOf(tx, a); err != nil {
		return "", err
	}
	d.Confirmed = false
	d.Consequences, err = consequences(tx, a, d.Method)
	return confirm, err
}

// confirmAgain shows the consequences again, because something else would be removed.
func (r *rules) confirmAgain(tx store.Tx, d *draft, a *account.Account) (api.State, error) {
	return r.askConfirm(tx, d, a)
}

// consequences lists what turning a method off does to this account (R61).
func consequences(tx store.Tx, a *account.Account, m api.Method) ([]api.Consequence, error) {
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return nil, err
	}
	list := []api.Consequence{{Code: api.MethodOff, Title: "Signing in no longer asks for this second step."}}
	if m == api.SecurityKey {
		list = append(list, api.Consequence{
			Code:  api.SecurityKeysDeleted,
			Title: "All security keys are deleted from the account.",
			Count: e.Keys,
		})
	}
	if on := e.Methods(); len(on) > 1 || len(on) == 1 && on[0] != m {
		return list, nil
	}
	list = append(list, api.Consequence{
		Code:  api.TwoFactorOff,
		Title: "Two-factor authentication is off: the password alone is enough to sign in.",
	})
	if n := len(a.ActiveBackupCodes); n > 0 {
		list = append(list, api.Consequence{Code: api.BackupCodesVoid, Title: "All backup codes become void.", Count: n})
	}
	n, err := temppassword.CountLive(tx, a.ID)
	if err == nil && n > 0 {
		list = append(list, api.Consequence{
			Code:  api.TemporaryPasswordsVoid,
			Title: "All temporary passwords become void.",
			Count: n,
		})
	}
	return list, err
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
