package signin

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/session"
	"nightlatch/server/store"
)

// second leads to the step of a way that is open, or, with any other, to the one
// used last time (R40). When no method is on the sign-in is done.
func (r *rules) second(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, way api.Method) (ceremony.Move, error) {
	open, err := ways(tx, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	if !slices.Contains(open, way) {
		e, err := account.Enrolled(tx, a)
		if err != nil {
			return ceremony.Move{}, err
		}
		way = account.DefaultMethod(a, e)
		if way == api.SecurityKey {
			if way, err = r.unlessElsewhere(tx, a, e); err != nil {
				return ceremony.Move{}, err
			}
		}
	}
	switch way {
	case api.Text:
		return r.askText(tx, d, a)
	case api.App:
		return ceremony.Go(appCode), nil
	case api.SecurityKey:
		return r.askKey(tx, d, a)
	case api.BackupCode:
		return ceremony.Go(backupCode), nil
	}
	return r.finish(tx, c, d, a, "")
}

// choose changes the second step (R40).
func (r *rules) choose(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	way := input.(api.ChooseMethod).Method
	a, moved, err := r.guard(tx, c, d)
	if moved != nil || err != nil {
		return deref(moved), err
	}
	open, err := ways(tx, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	if !slices.Contains(open, way) {
		return ceremony.Move{}, ceremony.Reject(ceremony.Malformed("method",
			"That way is not open for this account. Choose one of those listed."))
	}
	return r.second(tx, c, d, a, way)
}

// guard loads the account that a second step is for. If its password has changed
// since it was proved, moved leads back to the beginning.
func (r *rules) guard(tx store.Tx, c *ceremony.Ceremony, d *draft) (a *account.Account, moved *ceremony.Move, err error) {
	a, err = account.Load(tx, c.Account)
	if err != nil {
		return nil, nil, err
	}
	if a.Password == d.Password {
		return a, nil, nil
	}
	*d = draft{}
	c.Account = ""
	refusal := ceremony.Refuse(ceremony.PasswordGone)
	return nil, &ceremony.Move{To: enterCredentials, Refusal: &refusal}, nil
}

func deref(m *ceremony.Move) ceremony.Move {
	if m == nil {
		return ceremony.Move{}
	}
	return *m
}

// refuse counts a failed second step.
func (r *rules) refuse(tx store.Tx, c *ceremony.Ceremony, a *account.Account, way api.Method, refusal api.Refusal) (ceremony.Move, error) {
	return r.Fail(tx, c, a, refusal, audit.Event{
		Type:    api.EventSignInFailed,
		Rule:    refusal.Rule,
		Details: map[string]string{"factor": string(way), "reason": refusal.Code},
	})
}

// allow asks the throttle before a second step is looked at (R43).
func (r *rules) allow(tx store.Tx, a *account.Account) error {
	return proof.Allow(tx, r.FirstParty(a.Username))
}

// finish ends a sign-in that has proved all it has to.
func (r *rules) finish(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, way api.Method) (ceremony.Move, error) {
	if err := r.Succeed(tx, a); err != nil {
		return ceremony.Move{}, err
	}
	if err := r.ResetSends(tx, a.ID); err != nil {
		return ceremony.Move{}, err
	}
	if last := a.LastMethod; way != "" {
		if a.MethodUsed(way); a.LastMethod != last { // R40, R41
			if err := account.Save(tx, a); err != nil {
				return ceremony.Move{}, err
			}
		}
	}
	event := audit.Event{Type: api.EventSignedIn}
	if way != "" {
		event.Rule = "R1"
		event.Details = map[string]string{"method": string(way)}
	}
	move, err := r.begin(tx, c, d, a)
	move.Audit = []audit.Event{event}
	return move, err
}

// begin makes the session. The password counts as proved in it (R3).
func (r *rules) begin(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
	var err error
	d.token, d.made, err = r.Sessions.Create(tx, session.Session{
		Account:    a.ID,
		Client:     c.Caller.Client,
		RemoteAddr: c.Caller.RemoteAddr,
		Kind:       SessionKind,
		Proved:     tx.Now().UTC(),
	})
	return ceremony.Move{To: signedIn}, err
}
