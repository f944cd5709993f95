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
)

// needsBackupCode reports whether turning text or the app on comes with a backup
// code (R70): when it is the first method but for security keys, which force
// none (R32), and no code is active. It is asked before the method is on.
func needsBackupCode(tx store.Tx, a *account.Account) (bool, error) {
	e, err := account.Enrolled(tx, a)
	return err == nil && !e.Text && !e.App && len(a.ActiveBackupCodes) == 0, err
}

// A prepared is a Code that turns a method on if it is right, with a new backup
// code and its slow hash if one will be needed.
type prepared struct {
	api.Code
	backup string
	sum    []byte
}

// prepareBackup makes a backup code, outside any transaction, if one will be
// needed and the method's code is worth a slow hash.
func (r *rules) prepareBackup(ctx context.Context, c ceremony.Ceremony, in api.Code, worth func(tx store.Tx) (bool, error)) (api.Input, error) {
	out := prepared{Code: in}
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
		needed, err = worth(tx)
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

// turnedOn finishes an enrolment whose method is on in a: it issues the backup
// code that goes with it (R70), saves the account, and tells (R4, R6).
func (r *rules) turnedOn(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, event audit.Event, in prepared, backup bool) (ceremony.Move, error) {
	move := ceremony.Move{
		To:    finished,
		Audit: []audit.Event{event},
		Send:  r.Notice(tx, c, a, event),
	}
	if a.MethodAdded(tx) {
		move.Audit = append(move.Audit, audit.Event{Type: api.EventTwoFactorOn, Rule: "R1"})
	}
	if err := r.Succeed(tx, a); err != nil { // R43: it is set up again
		return ceremony.Move{}, err
	}
	if err := account.Save(tx, a); err != nil || !backup {
		return move, err
	}
	if in.sum == nil {
		return ceremony.Move{}, ceremony.ErrAgain
	}
	number, err := backupcode.Issue(tx, a, in.sum, r.Policy.BackupCodesMax)
	if err != nil {
		return ceremony.Move{}, fmt.Errorf("enroll: %w", err)
	}
	d.Number, d.Code = number, backupcode.Format(in.backup)
	move.To = saveBackupCode
	move.Audit = append(move.Audit, audit.Event{
		Type:    api.EventBackupCodeIssued,
		Rule:    "R70",
		Details: map[string]string{"number": strconv.Itoa(number)},
	})
	return move, nil
}

// backupState shows the first backup code (R13). It can be looked at again until
// it is answered, and never after.
func (r *rules) backupState() state {
	return state{
		Name: saveBackupCode,
		Step: api.SaveBackupCode{},
		Show: func(_ store.Tx, _ *ceremony.Ceremony, d *draft) (api.Step, error) {
			return api.SaveBackupCode{Number: d.Number, Code: d.Code}, nil
		},
	}
}

// backupEdge is "Got it".
func backupEdge() edge {
	return edge{
		From: saveBackupCode, On: api.Continue{}, To: []api.State{finished},
		Do: func(_ store.Tx, _ *ceremony.Ceremony, d *draft, _ api.Input) (ceremony.Move, error) {
			d.Code = ""
			return ceremony.Go(finished), nil
		},
	}
}
