package proof

import (
	"errors"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
	"nightlatch/server/unavailable"
)

// A Sent is a code that was sent by text or mail. The zero value is a code that was never
// sent.
type Sent struct {
	Channel  api.Channel `json:"channel,omitempty"`
	To       string      `json:"to,omitempty"`
	Template string      `json:"template,omitempty"`
	Code     string      `json:"code,omitempty"` // "" once used
	At       time.Time   `json:"at,omitzero"`    // the last send
	Made     time.Time   `json:"made,omitzero"`  // the first one
	Expires  time.Time   `json:"expires,omitzero"`
	Tries    int         `json:"tries,omitempty"` // left
	Kept     bool        `json:"kept,omitempty"`  // no code was mailed, because no mail can be sent: To is not proved
	Spare    *spare      `json:"spare,omitempty"`
	Filed    time.Time   `json:"filed,omitzero"`  // when its record may be deleted
	Epoch    uint64      `json:"epoch,omitempty"` // of the database when it was made
}

// usable reports whether the code, or the spare, can still be entered.
func (s *Sent) usable(now time.Time) bool {
	_, unusable := s.unusable(now)
	return !unusable
}

// current reports whether the last code that was made can still be entered.
func (s *Sent) current(now time.Time) bool { return s.Code != "" && s.usable(now) }

// terms are the policy's numbers for the codes of a channel.
type terms struct {
	digits, tries int
	life          time.Duration
}

func (k *Checker) terms(channel api.Channel) terms {
	if channel == api.ByEmail {
		return terms{k.Policy.EmailCodeDigits, k.Policy.EmailCodeTries, k.Policy.EmailCodeLife} // R4
	}
	return terms{k.Policy.TextCodeDigits, k.Policy.TextCodeTries, k.Policy.TextCodeLife} // R11
}

// rule is the rule for codes of the channel.
func (s *Sent) rule() string {
	if s.Channel == api.ByEmail {
		return "R4"
	}
	return "R11"
}

// confirmations counts wrong codes for a new number or address of an account. Failures
// add up over codes and ceremonies (R11). Nothing is disabled, because nothing is
// enrolled yet.
func (k *Checker) confirmations(account string, channel api.Channel) ratelimit.Counter {
	limit := k.Policy.Throttle("contact")
	limit.Disable = 0
	return ratelimit.Counter{Limit: limit, Subject: account + "." + string(channel)}
}

// To has the recipient and the purpose of a code.
type To struct {
	Channel  api.Channel
	Address  string // a number or an address
	Template string
}

// Send sends a code. It sends a usable code again (R12), but not within ResendAfter of the
// last send. The refusal is not nil if nothing could be sent.
func (k *Checker) Send(tx store.Tx, c *ceremony.Ceremony, s *Sent, to To) (*api.Refusal, error) {
	next := Sent{Channel: to.Channel, To: to.Address, Template: to.Template}
	if err := k.Refresh(tx, c.Account, &next); err != nil {
		return nil, err
	}
	if next.usable(tx.Now()) && tx.Now().Before(k.resendAt(&next, tx.Now())) {
		*s = next
		return nil, nil
	}
	return k.sendTo(tx, c, s, next)
}

// SendNow sends a code when the user reaches the step that asks for it (R14), even if it
// was just sent for another sign-in, which shares it.
func (k *Checker) SendNow(tx store.Tx, c *ceremony.Ceremony, s *Sent, to To) (*api.Refusal, error) {
	next := Sent{Channel: to.Channel, To: to.Address, Template: to.Template}
	if err := k.Refresh(tx, c.Account, &next); err != nil {
		return nil, err
	}
	return k.sendTo(tx, c, s, next)
}

// sendTo sends next and stores it in *s, unless the message fails and there is
// no code. A GET sends nothing, because a client may repeat it at will. Resend
// sends the code.
func (k *Checker) sendTo(tx store.Tx, c *ceremony.Ceremony, s *Sent, next Sent) (*api.Refusal, error) {
	if c.Looking {
		*s = next
		return nil, nil
	}
	before := next
	refusal, err := k.send(tx, c, &next)
	switch {
	case err != nil:
		return nil, err
	case refusal == nil:
		*s = next
	case before.usable(tx.Now()): // the code that was sent before can be entered
		*s = before
		return nil, nil
	}
	return refusal, nil
}

// send sends the code. It makes a new one if the present one is not usable, or expires
// before it could be sent again (R12).
func (k *Checker) send(tx store.Tx, c *ceremony.Ceremony, s *Sent) (*api.Refusal, error) {
	now := tx.Now().UTC()
	if refusal, err := k.cannotSend(tx, s.Channel, s.To); refusal != nil || err != nil {
		return refusal, err
	}
	if refusal, err := k.countSend(tx, c.Account, s); refusal != nil || err != nil {
		return refusal, err
	}
	if !s.current(now) || s.Expires.Sub(now) < k.Policy.ResendAfter {
		s.renew(now, k.terms(s.Channel))
	}
	s.At = now
	if err := k.keep(tx, c.Account, s); err != nil {
		return nil, err
	}
	if err := dropOld(tx, c.Account); err != nil {
		return nil, err
	}
	c.Send(delivery.Message{
		Channel:  s.Channel,
		To:       s.To,
		Template: s.Template,
		Args:     map[string]string{"code": s.Code},
		Until:    s.Expires,
		Account:  c.Account,
		Secret:   true,
	})
	return nil, nil
}

// renew makes a new code. The present one stays good until it expires.
func (s *Sent) renew(now time.Time, t terms) {
	var old *spare
	switch {
	case s.current(now):
		old = &spare{Code: s.Code, Made: s.Made, Expires: s.Expires}
	case s.usable(now):
		old = s.Spare
	}
	s.Code, s.Made, s.Expires, s.Tries, s.Spare, s.Kept = newDigits(t.digits), now, now.Add(t.life), t.tries, old, false
}

// resendAt is the earliest time at which the code may be sent again (R12), because texts can
// be late. There is no wait if the code can no longer be used.
func (k *Checker) resendAt(s *Sent, now time.Time) time.Time {
	switch {
	case store.Future(now, s.At): // the clock was set back since (R86)
		return now
	case !s.current(now):
		return s.At
	}
	return s.At.Add(k.Policy.ResendAfter)
}

// Resend sends the code when the user asks for it. If that is too early, it returns a
// Rejection with the earliest time (R12).
func (k *Checker) Resend(tx store.Tx, c *ceremony.Ceremony, s *Sent) error {
	if err := k.Refresh(tx, c.Account, s); err != nil {
		return err
	}
	if at := k.resendAt(s, tx.Now()); tx.Now().Before(at) {
		refusal := ceremony.Refuse(ceremony.ResendEarly)
		refusal.RetryAt = &at
		return ceremony.Reject(refusal)
	}
	refusal, err := k.send(tx, c, s)
	if refusal != nil {
		return ceremony.Reject(*refusal)
	}
	return err
}

// cannotSend returns why nothing can be sent to a recipient, nil if it can.
func (k *Checker) cannotSend(tx store.Tx, channel api.Channel, to string) (*api.Refusal, error) {
	err := k.Server().Send(tx, channel, to)
	var rejection *ceremony.Rejection
	if errors.As(err, &rejection) {
		return &rejection.Refusal, nil
	}
	return nil, err
}

// Server is what decides which actions are refused.
func (k *Checker) Server() unavailable.Server {
	return unavailable.Server{Policy: k.Policy, Can: k.Capabilities()}
}

// refuse is ceremony.Refuse, with R4 instead of R11 for a mailed code.
func (s *Sent) refuse(reason ceremony.Reason) api.Refusal {
	refusal := ceremony.Refuse(reason)
	if refusal.Rule == "R11" {
		refusal.Rule = s.rule()
	}
	return refusal
}

// wrong is the refusal of a wrong code, with the number of tries left.
func wrong(s *Sent) api.Refusal {
	refusal := s.refuse(ceremony.WrongCode)
	left := s.Tries
	refusal.TriesLeft = &left
	return refusal
}

// unusable reports whether the code can no longer be used, and why.
func (s *Sent) unusable(now time.Time) (ceremony.Reason, bool) {
	switch {
	case s.At.IsZero():
		return ceremony.NoCodeSent, true
	case s.Code == "" && !s.Spare.usable(now):
		return ceremony.CodeUsed, true
	case s.Tries <= 0:
		return ceremony.TooManyTries, true
	case s.Kept: // by an earlier version, which kept the mail with it on this computer
		return ceremony.CodeExpired, true
	case s.Code != "" && !store.Valid(now, s.Made, s.Expires):
		return ceremony.CodeExpired, true
	}
	return 0, false
}

// Step returns the step that asks for the code. The caller masks SentTo if it must be
// masked.
func (k *Checker) Step(tx store.Tx, account string, s Sent) (api.EnterCode, error) {
	if err := k.Refresh(tx, account, &s); err != nil {
		return api.EnterCode{}, err
	}
	t := k.terms(s.Channel)
	step := api.EnterCode{Channel: s.Channel, Digits: t.digits, SentTo: s.To}
	if s.At.IsZero() { // it can be had at once
		now := tx.Now().UTC()
		step.ResendAt = &now
		return step, nil
	}
	left := s.Tries
	at, expires, resend := s.At, s.Expires, k.resendAt(&s, tx.Now())
	if s.Code == "" && s.Spare.usable(tx.Now()) {
		expires = s.Spare.Expires
	}
	step.SentAt, step.CodeExpires, step.ResendAt = &at, &expires, &resend
	step.Tries, step.TriesLeft = t.tries, &left
	return step, nil
}
