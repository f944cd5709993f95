package signin

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

func (r *rules) showBackup(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	a, o, err := r.othersOf(tx, c, d, api.BackupCode)
	if err != nil {
		return nil, err
	}
	step := api.EnterBackupCode{Alternatives: o.all, Unable: o.unable, OthersVoid: r.Policy.OutOfOrderVoids && len(a.ActiveBackupCodes) > 0}
	if len(a.ActiveBackupCodes) > 0 {
		step.Number = a.ActiveBackupCodes[0] // R72
	}
	return step, nil
}

// summed is a backup code with its slow hash.
type summed struct {
	api.Code
	sum []byte
}

// sumBackup hashes a backup code, outside any transaction.
func (r *rules) sumBackup(ctx context.Context, c ceremony.Ceremony, _ draft, input api.Input) (api.Input, error) {
	in := summed{Code: input.(api.Code)}
	if _, err := backupcode.Normalize(in.Code.Code); err != nil {
		return nil, ceremony.Reject(ceremony.Malformed("code",
			"A backup code has 16 letters and digits in groups of four. Type it as printed on the sheet."))
	}
	var a *account.Account
	err := r.Store.View(ctx, func(tx store.Tx) error {
		var err error
		if a, err = account.Load(tx, c.Account); err != nil {
			return err
		}
		return r.allow(tx, &c, a)
	})
	if err != nil {
		return nil, err
	}
	if in.sum, err = backupcode.Sum(ctx, r.Hasher, a, in.Code.Code); err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	return in, nil
}

// backup examines a backup code (R72 to R74).
func (r *rules) backup(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	in := input.(summed)
	usable, err := r.methods(tx, a)
	if err != nil {
		return "", err
	}
	if len(usable) == 0 { // two-factor was turned off meanwhile
		return r.second(tx, c, d, a, "")
	}
	if err := r.allow(tx, c, a); err != nil {
		return "", err
	}
	outcome, number, err := backupcode.Redeem(tx, a, in.sum, r.Policy)
	if err != nil {
		return "", err
	}
	if outcome != backupcode.Used {
		return r.refuseBackup(tx, c, d, a, outcome, number)
	}
	r.Announce(tx, c, a, audit.Event{Type: api.EventBackupCodeUsed, Rule: "R72", Details: map[string]string{
		"number": strconv.Itoa(number),
		"left":   strconv.Itoa(len(a.ActiveBackupCodes)), // R78
	}})
	return r.finish(tx, c, d, a, api.BackupCode)
}

var errOutcome = errors.New("signin: unknown outcome of a backup code")

// refuseBackup refuses a code with the reason for its outcome (R74). Only an
// unknown code counts as a failure; the other outcomes prove that the user has
// the codes (R43). A code out of order may have voided all codes, as the
// policy says (R73). Then the sign-in goes on to another method.
func (r *rules) refuseBackup(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, outcome backupcode.Outcome, number int) (to api.State, err error) {
	reason, known := map[backupcode.Outcome]ceremony.Reason{
		backupcode.Unknown:     ceremony.BackupUnknown,
		backupcode.AlreadyUsed: ceremony.BackupUsed,
		backupcode.IsVoid:      ceremony.BackupVoid,
		backupcode.OutOfOrder:  ceremony.BackupOrder,
	}[outcome]
	if !known {
		return "", errOutcome
	}
	voided := outcome == backupcode.OutOfOrder && len(a.ActiveBackupCodes) == 0
	if voided {
		reason = ceremony.BackupOrderVoids
		if to, err = r.second(tx, c, d, a, ""); err != nil {
			return "", err
		}
	}
	refusal, told := ceremony.Refuse(reason), d.Told
	if !voided && len(a.ActiveBackupCodes) == 0 {
		refusal.Detail = ceremony.Refuse(ceremony.BackupNone).Detail // the advice that applies now (R74)
	}
	if outcome == backupcode.Unknown {
		_, err = r.refuse(tx, c, a, api.BackupCode, refusal)
	} else {
		_, err = r.refuseOwner(c, d, string(api.BackupCode), refusal)
	}
	if err != nil {
		return "", err
	}
	details := map[string]string{}
	if number > 0 {
		details["number"] = strconv.Itoa(number)
	}
	if outcome == backupcode.Unknown || d.Told != told {
		c.Record(audit.Event{Type: api.EventBackupCodeRefused, Rule: refusal.Rule, Refused: true, Details: details})
	}
	if voided {
		r.Announce(tx, c, a, audit.Event{Type: api.EventBackupCodesVoided, Rule: "R73", Details: details})
	}
	return to, nil
}
