package signin

import (
	"fmt"
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/throttle"
)

// second goes to the step of the given method if that can be used now, else to the
// default method (R40). When no method is on, the sign-in is complete.
func (r *rules) second(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, method api.Method) (api.State, error) {
	usable, err := r.methods(tx, a)
	if err != nil {
		return "", err
	}
	if !slices.Contains(usable, method) {
		if method, err = r.firstOf(tx, d, a, usable, ""); err != nil {
			return "", err
		}
	}
	return r.ask(tx, c, d, a, method)
}

// secondBut goes to the default method, but not to the given one.
func (r *rules) secondBut(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, not api.Method) (api.State, error) {
	usable, err := r.methods(tx, a)
	if err != nil {
		return "", err
	}
	method, err := r.firstOf(tx, d, a, usable, not)
	if err != nil {
		return "", err
	}
	return r.ask(tx, c, d, a, method)
}

// firstOf returns the method to ask for first (R40): the one used last, else an approval on the
// phone (R50), else the best that is on.
func (r *rules) firstOf(tx store.Tx, d *draft, a *account.Account, usable []api.Method, not api.Method) (api.Method, error) {
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return "", err
	}
	if not != api.LoginRequest && slices.Contains(usable, api.LoginRequest) && (!e.Has(a.LastMethod) || a.LastMethod == api.LoginRequest) {
		return api.LoginRequest, nil
	}
	return r.first(tx, d, a, e)
}

// ask goes to the step of a method. When no method is on, the sign-in is complete.
func (r *rules) ask(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, method api.Method) (api.State, error) {
	switch method {
	case api.Text:
		return r.askText(tx, c, d, a)
	case api.App:
		return appCode, nil
	case api.SecurityKey:
		return r.askKey(tx, c, d, a)
	case api.BackupCode:
		return backupCode, nil
	case api.LoginRequest:
		return r.askApproval(tx, c, d, a)
	}
	return r.finish(tx, c, d, a, "")
}

// choose changes the second step (R40).
func (r *rules) choose(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	method := input.(api.ChooseMethod).Method
	usable, err := r.methods(tx, a)
	if err != nil {
		return "", err
	}
	if !slices.Contains(usable, method) {
		return "", ceremony.Reject(ceremony.Malformed("method",
			"This account can't use that method now. Choose one of those listed."))
	}
	return r.second(tx, c, d, a, method)
}

// loadOrRestart loads the account for an edge of the second step. The sign-in
// starts over if the password has changed since it was entered, or was entered
// too long ago (R3).
func (r *rules) loadOrRestart(
	do func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, in api.Input) (api.State, error),
) func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
	return func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return "", err
		}
		if reason := r.passwordGone(tx, a, d); reason != 0 {
			*d = draft{}
			c.Account = ""
			c.Refuse(ceremony.Refuse(reason))
			return enterCredentials, nil
		}
		return do(tx, c, d, a, in)
	}
}

// refuse counts a failed second step.
func (r *rules) refuse(tx store.Tx, c *ceremony.Ceremony, a *account.Account, method api.Method, refusal api.Refusal) (api.State, error) {
	return r.refuseFor(tx, c, a, method, refusal, refusal.Code)
}

// refuseFor is refuse with another reason in the activity list.
func (r *rules) refuseFor(tx store.Tx, c *ceremony.Ceremony, a *account.Account, method api.Method, refusal api.Refusal, reason string) (api.State, error) {
	return "", r.Fail(tx, c, a, secretOf(method), refusal, audit.Event{
		Type:    api.EventSignInFailed,
		Rule:    refusal.Rule,
		Details: map[string]string{"factor": string(method), "reason": reason},
	})
}

// refuseOwner refuses a secret that only the owner can know: a code that was
// valid before, or will be. No failure is counted (R43), so nothing slows
// repetitions down. For this reason a sign-in records a repeated refusal only
// once.
func (r *rules) refuseOwner(c *ceremony.Ceremony, d *draft, factor string, refusal api.Refusal) (api.State, error) {
	c.Refuse(refusal)
	if reason := refusal.Code + " " + refusal.Reason; d.Told != reason {
		d.Told = reason
		c.Record(audit.Event{
			Type:    api.EventSignInFailed,
			Rule:    refusal.Rule,
			Refused: true,
			Details: map[string]string{"factor": factor, "reason": refusal.Code},
		})
	}
	return "", nil
}

// allow checks the throttle before a second step is examined (R43).
func (r *rules) allow(tx store.Tx, c *ceremony.Ceremony, a *account.Account) error {
	count, err := r.Count(tx, c, a)
	if err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	return proof.Allow(tx, count)
}

// secretOf maps a method to the secret that its failures count for.
func secretOf(m api.Method) throttle.Secret {
	switch m {
	case api.Text:
		return throttle.TextCode
	case api.App:
		return throttle.AppCode
	case api.BackupCode:
		return throttle.BackupCode
	case api.LoginRequest:
		return throttle.AppCode // wrong login codes; an approval is no guess
	}
	return throttle.Key
}

// finish completes a sign-in after its last proof. The method is "" if none was on.
func (r *rules) finish(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, method api.Method) (api.State, error) {
	proved := []throttle.Secret{throttle.Password}
	if method != "" {
		proved = append(proved, secretOf(method))
	}
	if err := r.Succeed(tx, c, a, proved...); err != nil {
		return "", err
	}
	if err := r.ResetSends(tx, a.ID); err != nil {
		return "", err
	}
	event := audit.Event{Type: api.EventSignedIn}
	if method != "" {
		event.Rule = "R1"
		event.Details = map[string]string{"method": string(method)}
		last := a.LastMethod
		if a.MethodUsed(method); a.LastMethod != last && !d.Instead { // R40, R41
			if err := account.Save(tx, a); err != nil {
				return "", err
			}
		}
	}
	c.Record(event)
	if err := r.withdraw(tx, c, d); err != nil {
		return "", err
	}
	return r.begin(tx, c, d, a)
}

// begin creates the session. Its password counts from when it was entered
// (R3).
func (r *rules) begin(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	var err error
	d.token, d.made, err = r.Sessions.Create(tx, session.Session{
		Account:    a.ID,
		Client:     c.Caller.Client,
		RemoteAddr: c.Caller.RemoteAddr,
		Kind:       SessionKind,
		Proved:     d.Given.At,
	})
	if err != nil {
		return "", err
	}
	d.device, err = r.Counts.Remember(tx, a.ID, c.Caller.Device, d.made.ID)
	return signedIn, err
}
