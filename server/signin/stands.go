package signin

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// methodOf maps the states of the second step to their methods.
var methodOf = map[api.State]api.Method{
	textCode: api.Text, appCode: api.App, securityKey: api.SecurityKey, backupCode: api.BackupCode,
	awaitApproval: api.LoginRequest, requestApproved: api.LoginRequest,
}

// stands returns why a second step can't be answered any more, or nil. The
// method was turned off, the number or the keys changed, or the password no
// longer counts.
func (r *rules) stands(tx store.Tx, c *ceremony.Ceremony, d *draft) (*api.Refusal, error) {
	method, second := methodOf[c.State]
	if !second {
		return nil, nil
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return nil, err
	}
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return nil, err
	}
	on, err := r.isOn(tx, a, e, d, method)
	if err != nil {
		return nil, err
	}
	overdue, err := r.overdue(tx, c, d)
	if err != nil {
		return nil, err
	}
	reason := r.passwordGone(tx, a, d)
	switch {
	case reason != 0:
	case !e.TwoFactor():
		reason = ceremony.TwoFactorGone
	case !on:
		reason = ceremony.MethodGone
	case overdue:
		reason = ceremony.RequestExpired
	case method == api.Text && d.Text.To != "" && d.Text.To != a.Phone:
		reason = ceremony.NumberChanged
	case method == api.SecurityKey && c.Looking:
		// The answer is verified anyway: it may come from a key that is still
		// enrolled.
		keys, err := account.Keys(tx, a.ID)
		if err != nil || slices.Equal(d.Keys, keyIDs(keys)) {
			return nil, err
		}
		reason = ceremony.KeysChanged
	default:
		return nil, nil
	}
	refusal := ceremony.Refuse(reason)
	return &refusal, nil
}

// isOn reports whether a second step is still possible.
func (r *rules) isOn(tx store.Tx, a *account.Account, e account.Enrolment, d *draft, method api.Method) (bool, error) {
	switch {
	case method == api.BackupCode:
		return true, nil
	case method == api.Text && d.Instead:
		return e.Text || r.textInstead(a), nil
	case method == api.LoginRequest:
		phones, err := r.asksPhone(tx, a)
		return len(phones) > 0, err
	}
	return e.Has(method), nil
}

// passwordGone returns why the password no longer counts, or 0.
func (r *rules) passwordGone(tx store.Tx, a *account.Account, d *draft) ceremony.Reason {
	switch {
	case a.Password != d.Password:
		return ceremony.PasswordGone
	case !r.Holds(tx, a, d.Given):
		return ceremony.SignInAgain
	}
	return 0
}

// move goes on to another second step, or to the password if it no longer
// counts. Reading a ceremony never signs anybody in.
func (r *rules) move(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.State, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return "", err
	}
	if r.passwordGone(tx, a, d) != 0 || c.Looking && !e.TwoFactor() {
		*d = draft{}
		c.Account = ""
		return enterCredentials, nil
	}
	if overdue, err := r.overdue(tx, c, d); err != nil || overdue {
		d.Expired = d.Request
		return c.State, err
	}
	return r.second(tx, c, d, a, methodOf[c.State])
}

// notice returns what the user must know about a second step, or nil: attempts
// have to wait, the code that was sent can no longer be used, or no backup
// code is active (R74).
func (r *rules) notice(tx store.Tx, c *ceremony.Ceremony, d *draft) (*api.Notice, error) {
	if _, second := methodOf[c.State]; !second {
		return nil, nil
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return nil, err
	}
	n, err := proof.Waits(r.allow(tx, c, a))
	switch {
	case err != nil || n != nil:
		return n, err
	case c.State == appCode:
		app, err := account.App(tx, a.ID)
		if err != nil {
			return nil, err
		}
		if otp.ClockSetBack(app.LastStep, tx.Now()) {
			refusal := clockSetBack(app.LastStep)
			return &refusal, nil
		}
		last, err := lastUsed(tx, app)
		if err != nil || last == app.LastStep {
			return nil, err
		}
		refusal := justRestored(last)
		return &refusal, nil
	case c.State == textCode:
		return r.CodeNotice(tx, a.ID, d.Text)
	case c.State == backupCode && len(a.ActiveBackupCodes) == 0:
		refusal := ceremony.Refuse(ceremony.BackupNone)
		return &refusal, nil
	}
	return nil, nil
}

// keyIDs returns the IDs of keys, to detect that the list has changed.
func keyIDs(keys []account.SecurityKey) []string {
	ids := make([]string, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	return ids
}
