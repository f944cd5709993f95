package signin

import (
	"errors"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/delivery"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// askText texts a code when text becomes the method in use (R14). When the user comes
// back to it in the same sign-in, it is sent only if it may be sent again (R12).
func (r *rules) askText(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	send := r.SendNow
	if d.Texted {
		send = r.Send
	}
	refusal, err := send(tx, c, &d.Text, toSignIn(a))
	if err != nil {
		return "", err
	}
	if refusal != nil {
		c.Notify(*refusal) // the step is shown anyway, since the user may choose another method
	}
	d.Texted = refusal == nil && !c.Looking
	return textCode, nil
}

// toSignIn returns the recipient of a sign-in code.
func toSignIn(a *account.Account) proof.To {
	return proof.To{Channel: api.ByText, Address: a.Phone, Template: delivery.SignInCode}
}

func (r *rules) showText(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	_, o, err := r.othersOf(tx, c, d, api.Text)
	if err != nil {
		return nil, err
	}
	step, err := r.Step(tx, c.Account, d.Text)
	step.Channel, step.SentTo = api.ByText, account.MaskPhone(step.SentTo)
	step.Alternatives, step.Unable = o.all, o.unable
	return step, err
}

// text examines a text code (R11, R14).
func (r *rules) text(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	match, err := r.loginCode(tx, c, d, a, input) // R90: taken wherever a texted code is
	var rejection *ceremony.Rejection
	if err != nil && !errors.As(err, &rejection) { // Try rejects it too, with the reason for a texted code
		return "", err
	}
	if match.Outcome == otp.Accepted {
		return r.finish(tx, c, d, a, api.Text)
	}
	right, err := r.Try(tx, c, a, &d.Text, input.(api.Code).Code)
	if err != nil {
		return "", err
	}
	if right {
		return r.finish(tx, c, d, a, api.Text)
	}
	switch match.Outcome { // it says more than that the code was not the texted one
	case otp.Replayed:
		c.Refuse(ceremony.Refuse(ceremony.AppCodeUsed))
	case otp.Drifted:
		c.Refuse(proof.Drift(match, tx.Now()))
	}
	return "", nil
}

// resend texts the code again (R12).
func (r *rules) resend(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	if d.Text.To == "" { // none was sent yet
		refusal, err := r.SendNow(tx, c, &d.Text, toSignIn(a))
		if refusal != nil {
			return "", ceremony.Reject(*refusal)
		}
		d.Texted = err == nil
		return "", err
	}
	if err := r.Resend(tx, c, &d.Text); err != nil {
		return "", err
	}
	d.Texted = true
	return "", nil
}
