package enroll

import (
	"context"
	"fmt"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
	"nightlatch/server/throttle"
)

// needsBackupCode reports whether turning text or the app on issues a backup code (R70):
// if neither is on yet and no code is active. Security keys don't count, since they
// issue none (R32). It must be called before the method is turned on.
func needsBackupCode(tx store.Tx, a *account.Account) (bool, error) {
	e, err := account.Enrolled(tx, a)
	return err == nil && !e.Text && !e.App && len(a.ActiveBackupCodes) == 0, err
}

// prepared is the input that turns a method on, a code or a password, with a new backup
// code and its slow hash if the method will issue one.
type prepared struct {
	api.Input
	backup string
	sum    []byte
}

// prepareBackup makes a backup code, outside any transaction, if the method will issue
// one. If examinable, which may be nil, reports that the input will not be examined, it skips
// the slow hash.
func (r *rules) prepareBackup(ctx context.Context, c ceremony.Ceremony, in api.Input, examinable func(tx store.Tx) (bool, error)) (api.Input, error) {
	out := prepared{Input: in}
	var a *account.Account
	var needed bool
	err := r.Store.View(ctx, func(tx store.Tx) error {
		var err error
		if a, err = account.Load(tx, c.Account); err != nil {
			return err
		}
		if needed, err = needsBackupCode(tx, a); err != nil || !needed {
			return err
		}
		if examinable != nil {
			needed, err = examinable(tx)
		}
		return err
	})
	if err != nil || !needed {
		return out, err
	}
	out.backup = backupcode.New()
	if out.sum, err = backupcode.Sum(ctx, r.Hasher, a, out.backup); err != nil {
		return nil, fmt.Errorf("enroll: %w", err)
	}
	return out, nil
}

// turnedOn completes an enrolment that has turned a method on: it records and announces
// the event (R4, R6), saves the account, and issues the first backup code if backup is
// true (R70).
func (r *rules) turnedOn(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, event audit.Event, input api.Input, backup bool) (api.State, error) {
	r.Announce(tx, c, a, event)
	if a.MethodAdded(tx) {
		a.EnrolledBy, a.EnrolledMethod = c.Session, d.Method // R54
		c.Record(audit.Event{Type: api.EventTwoFactorOn, Rule: "R1"})
	}
	if err := r.Renewed(tx, a, secretOf(d.Method)); err != nil { // R43: an authenticator was set up again
		return "", err
	}
	if err := account.Save(tx, a); err != nil {
		return "", err
	}
	if !backup {
		return finished, nil
	}
	in, _ := input.(prepared)
	if in.sum == nil {
		return "", ceremony.ErrAgain
	}
	number, err := backupcode.Issue(tx, a, in.sum, r.Policy.BackupCodesMax)
	if err != nil {
		return "", fmt.Errorf("enroll: %w", err)
	}
	d.Number, d.Code = number, backupcode.Format(in.backup)
	c.Record(audit.Event{
		Type:    api.EventBackupCodeIssued,
		Rule:    "R70",
		Details: map[string]string{"number": strconv.Itoa(number)},
	})
	return saveBackupCode, nil
}

// secretOf returns the secret of a method, for the count of failures.
func secretOf(m api.Method) throttle.Secret {
	switch m {
	case api.Text:
		return throttle.TextCode
	case api.App:
		return throttle.AppCode
	}
	return throttle.Key
}

// backupState shows the first backup code (R13). It is shown until the step is answered,
// and never after.
func (r *rules) backupState() state {
	return state{
		Name: saveBackupCode,
		Step: api.SaveBackupCode{},
		Show: func(_ store.Tx, _ *ceremony.Ceremony, d *draft) (api.Step, error) {
			return api.SaveBackupCode{Number: d.Number, Code: d.Code}, nil
		},
	}
}

// backupEdge is the answer to backupState: the code was saved.
func backupEdge() edge {
	return edge{
		From: saveBackupCode, On: api.Continue{}, To: []api.State{finished},
		Do: func(_ store.Tx, _ *ceremony.Ceremony, d *draft, _ api.Input) (api.State, error) {
			d.Code = ""
			return finished, nil
		},
	}
}
