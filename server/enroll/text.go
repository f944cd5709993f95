package enroll

import (
	"context"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// enrollText turns text messages on (R10 to R13). When they are on already it
// replaces the number (R16).
func (r *rules) enrollText() ceremony.Definition[draft] {
	states, edges := r.prelude(confirmedOr(r.finishPhone, r.enterText), []api.State{enterPhone, textCode}, finished)
	states = append(states, r.phoneStates()...)
	states = append(states, r.backupState(), done())
	edges = append(edges, r.phoneEdges()...)
	edges = append(edges, edge{
		From: textCode, On: api.Code{}, To: []api.State{enterPassword, saveBackupCode, finished},
		Slow: func(ctx context.Context, c ceremony.Ceremony, d draft, in api.Input) (api.Input, error) {
			code := in.(api.Code)
			return r.prepareBackup(ctx, c, code, func(tx store.Tx) (bool, error) {
				return true, r.Examinable(tx, c.Account, &d.Phone, code.Code)
			})
		},
		Do: r.proveText,
	}, backupEdge())
	return ceremony.Definition[draft]{
		Kind:         api.EnrollText,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{overview},
		Start:        startOverview(api.Text),
		States:       states,
		Edges:        edges,
		Path: r.path(overview, enterPassword, enterEmail, emailCode,
			enterPhone, textCode, saveBackupCode, finished),
	}
}

// enterText asks for a number, unless one is proved already: then the code goes
// there.
func (r *rules) enterText(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
	if knownPhone(a) {
		return r.textTo(tx, c, d, a.Phone, a.Discoverable)
	}
	return ceremony.Go(enterPhone), nil
}

// proveText takes the code: the number is proved, and text is on (R11).
func (r *rules) proveText(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	in := input.(prepared)
	refused, err := r.Confirm(tx, c.Account, &d.Phone, in.Code.Code)
	if err != nil {
		return ceremony.Move{}, err
	}
	if refused != nil {
		return *refused, nil
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return ceremony.Move{}, err
	}
	if a.TextOn { // only the number is new
		return r.lately(r.finishPhone)(tx, c, d, a)
	}
	backup, err := needsBackupCode(tx, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	move, err := r.usePhone(tx, c, d, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	a.TextOn, a.TextAdded = true, tx.Now().UTC()
	event := audit.Event{
		Type:    api.EventTextEnabled,
		Rule:    "R11",
		Details: map[string]string{"number": account.MaskPhone(a.Phone)},
	}
	on, err := r.turnedOn(tx, c, d, a, event, in, backup)
	on.Audit = append(move.Audit, on.Audit...)
	on.Send = append(move.Send, on.Send...)
	return on, err
}
