package signin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/delivery"
	"nightlatch/server/loginrequest"
	"nightlatch/server/otp"
	"nightlatch/server/phoneapp"
	"nightlatch/server/store"
)

// shownAgain is how long an approved sign-in can be read again, because its answer may be lost.
const shownAgain = 2 * time.Minute

// asksPhone reports whether a sign-in to the account can be approved on a phone, and on which
// (R50).
func (r *rules) asksPhone(tx store.Tx, a *account.Account) (phones []phoneapp.App, err error) {
	if !r.phones.Asked(a) {
		return nil, nil
	}
	return r.phones.List(tx, a.ID)
}

// askApproval makes a login request, unless this sign-in has an open one. If too many are open,
// it goes on with the next best method (R52).
func (r *rules) askApproval(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	if d.Request != "" {
		request, err := loginrequest.Load(tx, a.ID, d.Request)
		if err == nil && request.At(tx.Now()) == api.RequestOpen {
			return awaitApproval, nil
		} else if err != nil && !errors.Is(err, loginrequest.ErrUnknown) {
			return "", err
		}
	}
	if c.Looking { // reading sends nothing; the step offers another request
		d.Request = ""
		return awaitApproval, nil
	}
	request, err := loginrequest.Make(tx, r.Policy, a.ID, c.ID, c.Caller.Client, c.Caller.RemoteAddr)
	if errors.Is(err, loginrequest.ErrFull) {
		c.Notify(ceremony.Refuse(ceremony.RequestsFull))
		return r.secondBut(tx, c, d, a, api.LoginRequest)
	} else if err != nil {
		return "", err
	}
	d.Request = request.ID
	c.Record(audit.Event{Type: api.EventRequestMade, Rule: "R50"})
	return awaitApproval, r.push(tx, c, a, request)
}

// push sends a request to the account's phones.
func (r *rules) push(tx store.Tx, c *ceremony.Ceremony, a *account.Account, request loginrequest.Request) error {
	phones, err := r.asksPhone(tx, a)
	if err != nil {
		return err
	}
	phones = slices.DeleteFunc(phones, func(p phoneapp.App) bool { return p.Push == nil })
	if len(phones) == 0 {
		return nil
	}
	if may, err := loginrequest.MayPush(tx, r.Policy, a.ID); err != nil || !may {
		return err
	}
	for _, p := range phones {
		c.Send(delivery.Message{
			Channel:  api.ByPush,
			To:       p.Push.Endpoint,
			PushKeys: p.Push.Keys,
			Template: delivery.LoginRequest,
			Args: map[string]string{
				"id": request.ID, "username": a.Username, "client": request.Client, "place": request.RemoteAddr,
			},
			Account: a.ID,
			Until:   request.Expires,
		})
	}
	return nil
}

// showApproval shows what the sign-in waits for.
func (r *rules) showApproval(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	a, o, err := r.othersOf(tx, c, d, api.LoginRequest)
	if err != nil {
		return nil, err
	}
	phones, err := r.phones.List(tx, a.ID)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(phones))
	for i, p := range phones {
		names[i] = p.Name
	}
	step := api.AwaitApproval{
		SentTo: strings.Join(names, ", "), State: api.RequestWithdrawn, Digits: r.Policy.LoginCodeDigits,
		TextInstead: r.textInstead(a), Alternatives: o.all, Unable: o.unable,
	}
	request, err := loginrequest.Load(tx, a.ID, d.Request)
	if errors.Is(err, loginrequest.ErrUnknown) || d.Request == "" {
		return step, nil
	} else if err != nil {
		return nil, err
	}
	step.State, step.Asked, step.Expires = request.At(tx.Now()), &request.Created, &request.Expires
	if step.State == api.RequestOpen {
		step.Number = request.Number
	}
	return step, nil
}

// overdue reports whether the request of a waiting sign-in has expired and the client was not
// told yet.
func (r *rules) overdue(tx store.Tx, c *ceremony.Ceremony, d *draft) (bool, error) {
	if c.State != awaitApproval || d.Request == "" || d.Expired == d.Request {
		return false, nil
	}
	request, err := loginrequest.Load(tx, c.Account, d.Request)
	if errors.Is(err, loginrequest.ErrUnknown) {
		return false, nil
	}
	return request.At(tx.Now()) == api.RequestExpired, err
}

// approved takes the signal that a phone approved the request.
func (r *rules) approved(store.Tx, *ceremony.Ceremony, *draft, api.Input) (api.State, error) {
	return requestApproved, nil
}

// denied takes the signal that the request was denied. The sign-in can go on with another
// method, since a person may deny by mistake.
func (r *rules) denied(_ store.Tx, c *ceremony.Ceremony, _ *draft, _ api.Input) (api.State, error) {
	c.Refuse(ceremony.Refuse(ceremony.RequestDenied))
	return "", nil
}

// claim signs the client in that waited for the approval. The session has the client and the
// address that the phone showed.
func (r *rules) claim(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	request, err := loginrequest.Load(tx, a.ID, d.Request)
	if err != nil {
		return "", fmt.Errorf("signin: approved request: %w", err)
	}
	c.Caller.Client, c.Caller.RemoteAddr = request.Client, request.RemoteAddr
	to, err := r.finish(tx, c, d, a, api.LoginRequest)
	if err != nil {
		return "", err
	}
	d.Claimed = &claimed{Token: d.token, Device: d.device, Proved: d.made.Proved}
	return to, nil
}

// askAgain makes another request after one was denied or has expired.
func (r *rules) askAgain(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	if request, err := loginrequest.Load(tx, a.ID, d.Request); d.Request != "" && err == nil && request.At(tx.Now()) == api.RequestOpen {
		return "", ceremony.Reject(ceremony.Refuse(ceremony.RequestOpen))
	} else if d.Request != "" && err != nil && !errors.Is(err, loginrequest.ErrUnknown) {
		return "", err
	}
	return r.askApproval(tx, c, d, a)
}

// textInstead reports whether a code can be texted in place of an approval (R53): the account
// has a confirmed number, whether or not texts are on as a method.
func (r *rules) textInstead(a *account.Account) bool {
	return a.PhoneVerified && r.Capabilities().Text
}

// askTextInstead texts a code in place of the approval (R53).
func (r *rules) askTextInstead(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	if !r.textInstead(a) {
		return "", ceremony.Reject(ceremony.Refuse(ceremony.CannotTextInstead))
	}
	d.Instead = true
	return r.askText(tx, c, d, a)
}

// loginCode examines a code that a phone shows (R90). It reports whether the code was one, so
// that the caller need not compare it with anything else.
func (r *rules) loginCode(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (match otp.Match, err error) {
	code, err := proof.Digits(input.(api.Code).Code)
	if err != nil {
		return otp.Match{}, err
	}
	if err := r.allow(tx, c, a); err != nil {
		return otp.Match{}, err
	}
	return r.phones.Match(tx, a, code)
}

// approvalCode takes a login code in place of an approval, where the phone has no network (R90).
func (r *rules) approvalCode(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	match, err := r.loginCode(tx, c, d, a, input)
	if err != nil {
		return "", err
	}
	switch match.Outcome {
	case otp.Accepted:
		return r.finish(tx, c, d, a, api.LoginRequest)
	case otp.Replayed:
		return r.refuseOwner(c, d, string(api.LoginRequest), ceremony.Refuse(ceremony.AppCodeUsed))
	case otp.Drifted:
		return r.refuseOwner(c, d, string(api.LoginRequest), proof.Drift(match, tx.Now()))
	}
	return r.refuse(tx, c, a, api.LoginRequest, ceremony.Refuse(ceremony.WrongLoginCode))
}

// withdraw closes the request of a sign-in that has ended otherwise.
func (r *rules) withdraw(tx store.Tx, c *ceremony.Ceremony, d *draft) error {
	if d.Request == "" || c.Account == "" {
		return nil
	}
	return loginrequest.Withdraw(tx, c.Account, d.Request)
}
