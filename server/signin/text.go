package signin

import (
	"encoding/json"
	"errors"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// codeKey is the key of an account's sign-in code, which is encrypted. The code belongs to
// the account and not to the ceremony: a user who begins to sign in twice gets the same
// code twice, and it works in either sign-in, once.
func codeKey(account string) string { return "acct/" + account + "/text-code" }

func (r *rules) loadCode(tx store.Tx, account string) (proof.Sent, error) {
	var s proof.Sent
	key := codeKey(account)
	sealed, err := tx.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("signin: text code: %w", err)
	}
	plain, err := r.Sealer.Open(key, sealed)
	if err != nil {
		return s, fmt.Errorf("signin: text code: %w", err)
	}
	if json.Unmarshal(plain, &s) != nil { // the error could quote the code
		return s, errors.New("signin: text code: malformed record")
	}
	return s, nil
}

func (r *rules) saveCode(tx store.Tx, account string, s proof.Sent) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("signin: text code: %w", err)
	}
	key := codeKey(account)
	if err := tx.Put(key, r.Sealer.Seal(key, plain)); err != nil {
		return fmt.Errorf("signin: text code: %w", err)
	}
	return store.Bump(tx, account)
}

// askText texts a code when text becomes the method in use (R14). When the user comes
// back to it in the same sign-in, it is sent only if it may be sent again (R12).
func (r *rules) askText(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	code, err := r.loadCode(tx, a.ID)
	if err != nil {
		return "", err
	}
	send := r.SendNow
	if d.Texted {
		send = r.Send
	}
	refusal, err := send(tx, c, &code, api.ByText, a.Phone, delivery.SignInCode)
	if err != nil {
		return "", err
	}
	if refusal != nil {
		c.Notify(*refusal) // the method is in use all the same, and there may be others
	}
	d.Texted = refusal == nil
	return textCode, r.saveCode(tx, a.ID, code)
}

func (r *rules) showText(tx store.Tx, c *ceremony.Ceremony, _ *draft) (api.Step, error) {
	code, err := r.loadCode(tx, c.Account)
	if err != nil {
		return nil, err
	}
	_, others, err := alternatives(tx, c, api.Text)
	step := r.Step(&code, account.MaskPhone(code.To))
	step.Channel, step.Alternatives = api.ByText, others
	return step, err
}

// current loads the text code. If text is off, or the account's number is no longer the
// one that the code was sent to, it leads to another step instead.
func (r *rules) current(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (code proof.Sent, to api.State, err error) {
	if code, err = r.loadCode(tx, a.ID); err != nil {
		return code, "", err
	}
	if a.TextOn && (code.To == a.Phone || code.To == "") {
		return code, "", nil
	}
	to, err = r.second(tx, c, d, a, "")
	return code, to, err
}

// text examines a text code (R11, R14).
func (r *rules) text(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	code, to, err := r.current(tx, c, d, a)
	if err != nil || to != "" {
		return to, err
	}
	right, err := r.Try(tx, c, a, &code, input.(api.Code).Code)
	if err != nil {
		return "", err
	}
	if err := r.saveCode(tx, a.ID, code); err != nil || !right {
		return "", err
	}
	return r.finish(tx, c, d, a, api.Text)
}

// resend texts the code again (R12).
func (r *rules) resend(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	code, to, err := r.current(tx, c, d, a)
	if err != nil || to != "" {
		return to, err
	}
	if code.To == "" {
		return r.askText(tx, c, d, a)
	}
	if err := r.Resend(tx, c, &code); err != nil {
		return "", err
	}
	d.Texted = true
	return "", r.saveCode(tx, a.ID, code)
}
