package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

func (r *rules) showBackup(tx store.Tx, c *ceremony.Ceremony, _ *draft) (api.Step, error) {
	a, others, err := alternatives(tx, c, api.BackupCode)
	if err != nil {
		return nil, err
	}
	step := api.EnterBackupCode{Alternatives: others}
	if len(a.ActiveBackupCodes) > 0 {
		step.Number = a.ActiveBackupCodes[0] // R72
	}
	return step, nil
}

// A summed is a backup code with its slow hash.
type summed struct {
	api.Code
	sum []byte
}

// sumBackup hashes a backup code, outside any transaction.
func (r *rules) sumBackup(ctx context.Context, c ceremony.Ceremony, _ draft, input api.Input) (api.Input, error) {
	in := summed{Code: input.(api.Code)}
	if _, err := backupcode.Normalize(in.Code.Code); err != nil {
		return nil, ceremony.Reject(ceremony.Malformed("code",
			"A backup code has 16 letters and digits in groups of four. Type it as it is on the sheet."))
	}
	var a *account.Account
	err := r.Store.View(ctx, func(tx store.Tx) error {
		var err error
		if a, err = account.Load(tx, c.Account); err != nil {
			return err
		}
		return r.allow(tx, a)
	})
	if err != nil {
		return nil, err
	}
	if in.sum, err = backupcode.Sum(ctx, r.Hasher, a, in.Code.Code); err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	return in, nil
}

// backup takes a backup code (R72 to R74).
func (r *rules) backup(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	in := input.(summed)
	a, moved, err := r.guard(tx, c, d)
	if moved != nil || err != nil {
		return deref(moved), err
	}
	open, err := ways(tx, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	if len(open) == 0 { // two-factor went off meanwhile
		return r.second(tx, c, d, a, "")
	}
	if err := r.allow(tx, a); err != nil {
		return ceremony.Move{}, err
	}
	outcome, number, err := backupcode.Redeem(tx, a, in.sum, r.Policy)
	if err != nil {
		return ceremony.Move{}, err
	}
	if outcome != backupcode.Used {
		return r.refuseBackup(tx, c, d, a, outcome, number)
	}
	event := audit.Event{Type: api.EventBackupCodeUsed, Rule: "R72", Details: map[string]string{
		"number": strconv.Itoa(number),
		"left":   strconv.Itoa(len(a.ActiveBackupCodes)), // R78
	}}
	move, err := r.finish(tx, c, d, a, api.BackupCode)
	move.Audit = append([]audit.Event{event}, move.Audit...)
	move.Send = append(move.Send, r.Notice(tx, c, a, event)...)
	return move, err
}

var errOutcome = errors.New("signin: unknown outcome of a backup code")

// refuseBackup counts a refused code, each with its own reason (R74). One out of
// order has voided every code, if the policy says so (R73): then another way has
// to be taken.
func (r *rules) refuseBackup(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, outcome backupcode.Outcome, number int) (ceremony.Move, error) {
	reason, known := map[backupcode.Outcome]ceremony.Reason{
		backupcode.Unknown:     ceremony.BackupUnknown,
		backupcode.AlreadyUsed: ceremony.BackupUsed,
		backupcode.Void:        ceremony.BackupVoid,
		backupcode.OutOfOrder:  ceremony.BackupOrder,
	}[outcome]
	if !known {
		return ceremony.Move{}, errOutcome
	}
	voided := outcome == backupcode.OutOfOrder && len(a.ActiveBackupCodes) == 0
	if voided {
		reason = ceremony.BackupOrderVoids
	}
	move, err := r.refuse(tx, c, a, api.BackupCode, ceremony.Refuse(reason))
	if err != nil {
		return ceremony.Move{}, err
	}
	details := map[string]string{}
	if number > 0 {
		details["number"] = strconv.Itoa(number)
	}
	move.Audit = append(move.Audit, audit.Event{Type: api.EventBackupCodeRefused, Rule: move.Refusal.Rule, Refused: true, Details: details})
	if !voided {
		return move, nil
	}
	event := audit.Event{Type: api.EventBackupCodesVoided, Rule: "R73", Details: details}
	next, err := r.second(tx, c, d, a, "")
	if err != nil {
		return ceremony.Move{}, err
	}
	move.To = next.To
	move.Send = slices.Concat(move.Send, next.Send, r.Notice(tx, c, a, event))
	move.Audit = append(move.Audit, event)
	return move, nil
}
