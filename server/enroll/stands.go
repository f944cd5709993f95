package enroll

import (
	"errors"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// stands returns why a step can't be answered any more: the part that the ceremony replaces was
// changed in another way, its address is confirmed already, or its backup code no longer works.
func (r *rules) stands(tx store.Tx, c *ceremony.Ceremony, d *draft) (*api.Refusal, error) {
	reason, err := r.gone(tx, c, d)
	if err != nil || reason == 0 {
		return nil, err
	}
	refusal := ceremony.Refuse(reason)
	return &refusal, nil
}

func (r *rules) gone(tx store.Tx, c *ceremony.Ceremony, d *draft) (ceremony.Reason, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return 0, err
	}
	switch c.State {
	case enterEmail, emailCode:
		if enrols(c.Kind) && r.HasAddress(a) {
			return ceremony.EmailGone, nil
		}
	case saveBackupCode:
		return codeGone(tx, a, d.Number)
	case confirm:
		if on, err := r.isOn(tx, a, d.Method); err != nil || !on {
			return ceremony.MethodNotOn, err
		}
	}
	if !decided[c.State] || c.State == emailCode && c.Kind != api.ChangeEmail {
		return 0, nil
	}
	k := r.changes()[c.Kind]
	stale, _, err := k.isStale(tx, d, a)
	if err != nil || !stale {
		return 0, err
	}
	return k.reason, nil
}

// decided are the states in which the user has decided what to replace, after seeing what
// it replaces.
var decided = map[api.State]bool{
	textCode: true, emailCode: true, appCode: true, scanQR: true, choosePassword: true, confirm: true,
}

// codeGone returns why a backup code that is still shown no longer works, or
// 0.
func codeGone(tx store.Tx, a *account.Account, number int) (ceremony.Reason, error) {
	if slices.Contains(a.ActiveBackupCodes, number) {
		return 0, nil
	}
	entries, err := backupcode.List(tx, a.ID)
	for _, e := range entries {
		if e.Number == number && e.State == backupcode.StateUsed {
			return ceremony.BackupUsed, err
		}
	}
	return ceremony.BackupVoid, err
}

// move goes to a step that can be answered.
func (r *rules) move(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.State, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	switch c.State {
	case saveBackupCode:
		d.Code = ""
		return finished, nil
	case enterEmail, emailCode:
		if enrols(c.Kind) {
			return r.next(tx, c, d, nil)
		}
	case confirm:
		if on, err := r.isOn(tx, a, d.Method); err != nil || !on {
			return finished, err
		}
	}
	if d.Began, err = account.PartsOf(tx, a); err != nil {
		return "", err
	}
	return r.changes()[c.Kind].restart(tx, d, a)
}

// moves lists the states to which move can go.
func moves(kind api.Kind) []api.State {
	switch kind {
	case api.EnrollText:
		return []api.State{enterPassword, enterPhone, textCode, finished}
	case api.ChangePhone:
		return []api.State{enterPhone}
	case api.EnrollApp:
		return []api.State{enterPassword, scanQR, finished}
	case api.EnrollKey:
		return []api.State{enterPassword, touchKey}
	case api.ChangeEmail:
		return []api.State{enterEmail}
	case api.ChangePassword:
		return []api.State{enterPassword}
	}
	return []api.State{confirm, finished}
}

// notice returns why a sent code can no longer be used, and at the overview why the enrolment
// would be refused.
func (r *rules) notice(tx store.Tx, c *ceremony.Ceremony, d *draft) (*api.Notice, error) {
	switch c.State {
	case overview:
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return nil, err
		}
		var rejection *ceremony.Rejection
		if err = r.Server().Check(tx, a, api.Action(c.Kind)); errors.As(err, &rejection) {
			return &rejection.Refusal, nil
		}
		return nil, err
	case emailCode:
		return r.CodeNotice(tx, c.Account, d.Email)
	case textCode:
		return r.CodeNotice(tx, c.Account, d.Phone)
	}
	return nil, nil
}
