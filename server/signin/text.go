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

// A sign-in code lies with its account, sealed, and not with the ceremony that
// asked for it: who begins to sign in twice gets the same code twice and need not
// know which is for which. It is good for one of them.
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
		return s, errors.New("signin: the text code is not readable")
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

// askText texts a code as soon as text is the method in use (R14); coming back
// to it in the same sign-in, only when it may be sent again (R12).
func (r *rules) askText(tx store.Tx, d *draft, a *account.Account) (ceremony.Move, error) {
	code, err := r.loadCode(tx, a.ID)
	if err != nil {
		return ceremony.Move{}, err
	}
	send := r.SendNow
	if d.Texted {
		send = r.Send
	}
	msgs, refusal, err := send(tx, a.ID, &code, api.ByText, a.Phone, delivery.SignInCode)
	if err != nil {
		return ceremony.Move{}, err
	}
	d.Texted = refusal == nil
	return ceremony.Move{To: textCode, Send: msgs, Refusal: refusal}, r.saveCode(tx, a.ID, code)
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

// texted is guard for the step of the text code, and loads the code. When text
// is off, or the number is no longer the one that the code went to, another step
// follows.
func (r *rules) texted(tx store.Tx, c *ceremony.Ceremony, d *draft) (a *account.Account, code proof.Sent, moved *ceremony.Move, err error) {
	a, moved, err = r.guard(tx, c, d)
	if moved != nil || err != nil {
		return a, code, moved, err
	}
	if code, err = r.loadCode(tx, a.ID); err != nil {
		return a, code, nil, err
	}
	if a.TextOn && (code.To == a.Phone || code.To == "") {
		return a, code, nil, nil
	}
	move, err := r.second(tx, c, d, a, "")
	return a, code, &move, err
}

// text takes a text code (R11, R14).
func (r *rules) text(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	a, code, moved, err := r.texted(tx, c, d)
	if moved != nil || err != nil {
		return deref(moved), err
	}
	refused, err := r.Try(tx, c, a, &code, input.(api.Code).Code)
	if err != nil {
		return ceremony.Move{}, err
	}
	if err := r.saveCode(tx, a.ID, code); err != nil {
		return ceremony.Move{}, err
	}
	if refused != nil {
		return *refused, nil
	}
	return r.finish(tx, c, d, a, api.Text)
}

// resend texts the code once more (R12).
func (r *rules) resend(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Input) (ceremony.Move, error) {
	a, code, moved, err := r.texted(tx, c, d)
	if moved != nil || err != nil {
		return deref(moved), err
	}
	if code.To == "" {
		return r.askText(tx, d, a)
	}
	msgs, err := r.Resend(tx, a.ID, &code)
	if err != nil {
		return ceremony.Move{}, err
	}
	d.Texted = true
	return ceremony.Move{Send: msgs}, r.saveCode(tx, a.ID, code)
}
