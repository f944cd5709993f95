package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/store"
)

// changeEmail confirms a new address before it replaces the old one, which gets a notice
// (R4, R6).
func (r *rules) changeEmail() ceremony.Definition[draft] {
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.ChangeEmail,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword, enterEmail},
		Start:        r.start,
		States:       []state{r.passwordState(), r.emailState(), r.emailCodeState(), done()},
		Edges:        append(r.emailEdges(enterPassword, enterEmail, finished), r.passwordEdge(enterEmail, finished)),
		Path:         r.path(enterPassword, enterEmail, emailCode, finished),
	})
}

// emailAgain asks for the address again.
func (r *rules) emailAgain(_ store.Tx, d *draft, _ *account.Account) (api.State, error) {
	d.Email, d.EmailProved = proof.Sent{}, false
	return enterEmail, nil
}

// writeEmail sets the account's address to the confirmed one.
func (r *rules) writeEmail(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	old := *a
	event := setEmail(a, d)
	if old.EmailConfirmed {
		event.Type, event.Rule = api.EventEmailChanged, "R6"
	}
	r.Announce(tx, c, &old, event)
	r.MailNotice(tx, c, a, event) // to the new address
	return finished, account.Save(tx, a)
}
