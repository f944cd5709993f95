package signin

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/loginrequest"
	"nightlatch/server/store"
)

// signIn asks for user name and password, then for a second step if any method
// is on.
func (r *rules) signIn() ceremony.Definition[draft] {
	ofMethods := []api.State{textCode, appCode, securityKey, awaitApproval}
	seconds := append(slices.Clone(ofMethods), backupCode)
	after := append([]api.State{signedIn}, ofMethods...)
	// From a second step the next one may be another method, because this one was
	// turned off meanwhile, or the password, because it was changed.
	next := append([]api.State{enterCredentials}, after...)
	def := ceremony.Definition[draft]{
		Kind:   api.SignIn,
		Life:   life,
		Begins: []api.State{enterCredentials},
		Start:  startSignIn,
		States: []ceremony.State[draft]{
			{Name: enterCredentials, Step: api.EnterCredentials{}, Show: showCredentials},
			{Name: textCode, Step: api.EnterCode{}, Show: r.showText},
			{Name: appCode, Step: api.EnterCode{}, Show: r.showApp},
			{Name: securityKey, Step: api.UseSecurityKey{}, Show: r.showKey},
			{Name: backupCode, Step: api.EnterBackupCode{}, Show: r.showBackup},
			{Name: awaitApproval, Step: api.AwaitApproval{}, Show: r.showApproval},
			{Name: requestApproved, Step: api.AwaitApproval{}, Show: r.showApproval},
			r.end(),
		},
		Edges: []ceremony.Edge[draft]{
			{From: enterCredentials, On: api.Credentials{}, To: after, Slow: r.verify, Do: r.credentials},
			{From: textCode, On: api.Code{}, To: next, Do: r.loadOrRestart(r.text)},
			{From: textCode, On: api.Resend{}, To: next, Do: r.loadOrRestart(r.resend)},
			{From: appCode, On: api.Code{}, To: next, Do: r.loadOrRestart(r.app)},
			{From: securityKey, On: api.KeyResponse{}, To: next, Slow: r.verifyKey, Do: r.loadOrRestart(r.key)},
			{From: backupCode, On: api.Code{}, To: next, Slow: r.sumBackup, Do: r.loadOrRestart(r.backup)},
			{From: awaitApproval, On: api.Code{}, To: next, Do: r.loadOrRestart(r.approvalCode)},
			{From: awaitApproval, On: api.TextInstead{}, To: next, Do: r.loadOrRestart(r.askTextInstead)},
			{From: awaitApproval, On: api.Resend{}, To: next, Do: r.loadOrRestart(r.askAgain)},
			{From: awaitApproval, On: loginrequest.Denied, Do: r.denied},
			{From: requestApproved, On: ceremony.Look{}, To: next, Do: r.loadOrRestart(r.claim)},
		},
		Path:   path,
		Stands: r.stands,
		Move:   r.move,
		Moves:  append([]api.State{enterCredentials, signedIn}, seconds...),
		Notice: r.notice,

		Cancelled: r.withdraw,
	}
	chosen := append([]api.State{enterCredentials}, seconds...)
	for _, s := range seconds {
		def.Edges = append(def.Edges, ceremony.Edge[draft]{From: s, On: api.ChooseMethod{}, To: chosen, Anyway: true, Do: r.loadOrRestart(r.choose)})
		def.Edges = append(def.Edges, ceremony.Edge[draft]{From: s, On: loginrequest.Approved, To: []api.State{requestApproved}, Do: r.approved})
	}
	return def
}

// path is the password, the second step in use or the one used last, and the end.
func path(_ store.Tx, c *ceremony.Ceremony, _ *draft) ([]api.State, error) {
	switch {
	case c.State == enterCredentials:
		return []api.State{enterCredentials, signedIn}, nil
	case c.State != signedIn:
		return []api.State{enterCredentials, c.State, signedIn}, nil
	case len(c.Trail) > 2:
		return []api.State{enterCredentials, c.Trail[len(c.Trail)-2], signedIn}, nil
	}
	return c.Trail, nil
}

func showCredentials(store.Tx, *ceremony.Ceremony, *draft) (api.Step, error) {
	return api.EnterCredentials{}, nil
}

// methods lists the methods that can be chosen as second step: the enabled
// ones, an approval on the phone where the account is asked that way (R50), and a backup code if
// one was ever issued. A user whose codes are all void learns why they do not work (R74).
func (r *rules) methods(tx store.Tx, a *account.Account) ([]api.Method, error) {
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return nil, err
	}
	all := e.Methods()
	if phones, err := r.asksPhone(tx, a); err != nil {
		return nil, err
	} else if len(phones) > 0 {
		all = append(all, api.LoginRequest)
	}
	if len(all) > 0 && (a.NextBackupCode > 0 || len(a.ActiveBackupCodes) > 0) {
		all = append(all, api.BackupCode)
	}
	return all, nil
}
