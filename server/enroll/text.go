package enroll

import (
	"context"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// enrollText turns text messages on (R10 to R13). If they are on already, it replaces the
// number (R16).
func (r *rules) enrollText() ceremony.Definition[draft] {
	states, edges := r.prelude([]api.State{enterPhone, textCode}, saveBackupCode, finished)
	states = append(states, r.phoneStates()...)
	states = append(states, r.backupState(), done())
	edges = append(edges, r.phoneEdges()...)
	edges = append(edges, edge{
		From: textCode, On: api.Code{}, To: []api.State{enterPassword, enterPhone, saveBackupCode, finished},
		Slow: func(ctx context.Context, c ceremony.Ceremony, d draft, in api.Input) (api.Input, error) {
			code := in.(api.Code)
			return r.prepareBackup(ctx, c, code, func(tx store.Tx) (bool, error) {
				return true, r.Examinable(tx, c.Account, &d.Phone, code.Code)
			})
		},
		Do: r.proveText,
	}, backupEdge())
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.EnrollText,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{overview},
		Start:        startOverview(api.Text),
		States:       states,
		Edges:        edges,
		Path: r.path(overview, enterPassword, enterEmail, emailCode,
			enterPhone, textCode, saveBackupCode, finished),
	})
}

// enterText asks for a number. If the account has a confirmed number, the code is texted
// there.
func (r *rules) enterText(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	if knownPhone(a) {
		d.Began.Edits.Phone = a.Edits.Phone // the number on file now
		return r.textTo(tx, c, d, a.Phone)
	}
	return enterPhone, nil
}

// proveText examines the code (R11).
func (r *rules) proveText(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	right, err := r.Confirm(tx, c, &d.Phone, input.(prepared).Input.(api.Code).Code)
	if err != nil || !right {
		return "", err
	}
	d.PhoneProved = true
	return r.next(tx, c, d, input)
}

// writeText sets the confirmed number and turns text on. If it is on already, only the
// number is new.
func (r *rules) writeText(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	if a.TextOn {
		return r.writePhone(tx, c, d, a, input)
	}
	backup, err := needsBackupCode(tx, a)
	if err != nil {
		return "", err
	}
	if err := r.setPhone(tx, c, d, a); err != nil {
		return "", err
	}
	a.TextOn, a.TextAdded = true, tx.Now().UTC()
	event := audit.Event{
		Type:    api.EventTextEnabled,
		Rule:    "R11",
		Details: map[string]string{"number": account.MaskPhone(a.Phone)},
	}
	return r.turnedOn(tx, c, d, a, event, input, backup)
}
