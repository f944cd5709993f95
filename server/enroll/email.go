package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// changeEmail confirms a new address before it takes the place of the old, which
// is told (R4, R6).
func (r *rules) changeEmail() ceremony.Definition[draft] {
	return ceremony.Definition[draft]{
		Kind:         api.ChangeEmail,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword, enterEmail},
		Start:        r.startAt(enterEmail),
		States:       []state{r.passwordState(), r.emailState(), r.emailCodeState(), done()},
		Edges: append(r.emailEdges(r.lately(r.useEmail), enterPassword, finished),
			r.passwordEdge(confirmedOr(r.useEmail, goTo(enterEmail)), enterEmail, finished)),
		Path: r.path(enterPassword, enterEmail, emailCode, finished),
	}
}

// useEmail makes the address that was proved the account's.
func (r *rules) useEmail(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
	old := *a
	event := confirmed(a, d)
	if old.EmailConfirmed {
		event.Type, event.Rule = api.EventEmailChanged, "R6"
	}
	move := ceremony.Move{To: finished, Audit: []audit.Event{event}}
	move.Send = r.Notice(tx, c, &old, event)
	move.Send = append(move.Send, r.Notice(tx, c, a, event)...) // to the new one
	return move, account.Save(tx, a)
}
