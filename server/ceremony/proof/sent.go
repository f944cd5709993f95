package proof

import (
	"crypto/subtle"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/otp"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
)

// A Sent is a six-digit code that was sent to somebody. It is part of a draft,
// which is sealed. The zero value is a code that was never sent.
type Sent struct {
	Channel  api.Channel `json:"channel,omitempty"`
	To       string      `json:"to,omitempty"`
	Template string      `json:"template,omitempty"`
	Code     string      `json:"code,omitempty"` // "" once used
	At       time.Time   `json:"at,omitzero"`    // the last send
	Expires  time.Time   `json:"expires,omitzero"`
	Tries    int         `json:"tries,omitempty"` // left
	Kept     bool        `json:"kept,omitempty"`  // its mail is kept on this computer: it proves no address
}

// usable reports whether a right answer could still be given.
func (s *Sent) usable(now time.Time) bool {
	_, dead := s.dead(now)
	return !dead
}

// A terms is what the policy says of the codes of a channel.
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

// rule is which rule the codes of a channel follow.
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

// Send sees to it that a code is on its way: to somebody new it sends a new one;
// to the same one it repeats the code that still is good (R12), but not within
// ResendAfter of the last time. A refusal says that nothing could be sent.
func (k *Checker) Send(tx store.Tx, account string, s *Sent, channel api.Channel, to, template string) ([]delivery.Message, *api.Refusal, error) {
	same := s.Channel == channel && s.To == to && s.Template == template && s.usable(tx.Now())
	if same && tx.Now().Before(s.At.Add(k.Policy.ResendAfter)) {
		return nil, nil, nil
	}
	if !same {
		*s = Sent{Channel: channel, To: to, Template: template}
	}
	return k.send(tx, account, s)
}

// SendNow is Send for somebody who has just come to where the code is asked for
// (R14). It is sent even if it was a moment ago, for another: the same one while
// it is new, so that two who wait for one do not wait for two.
func (k *Checker) SendNow(tx store.Tx, account string, s *Sent, channel api.Channel, to, template string) ([]delivery.Message, *api.Refusal, error) {
	next := *s
	same := s.Channel == channel && s.To == to && s.Template == template && s.usable(tx.Now())
	if made := s.Expires.Add(-k.terms(channel).life); !same || !tx.Now().Before(made.Add(k.Policy.ResendAfter)) {
		next = Sent{Channel: channel, To: to, Template: template}
	}
	msgs, refusal, err := k.send(tx, account, &next)
	if refusal != nil && same { // what was sent before still is good
		return nil, nil, nil
	}
	if refusal == nil && err == nil {
		*s = next
	}
	return msgs, refusal, err
}

// send sends the code, a new one if it is not usable.
func (k *Checker) send(tx store.Tx, account string, s *Sent) ([]delivery.Message, *api.Refusal, error) {
	now := tx.Now().UTC()
	if refusal, err := k.cannotSend(tx, s.Channel, s.To); refusal != nil || err != nil {
		return nil, refusal, err
	}
	if refusal, err := k.countSend(tx, account, s); refusal != nil || err != nil {
		return nil, refusal, err
	}
	kept := false
	if s.Channel == api.ByEmail {
		kept, _ = k.Ways().Code()
	}
	// A code proves an address by the way it went: another way, another code.
	if !s.usable(now) || s.Kept != kept {
		s.Kept = kept
		t := k.terms(s.Channel)
		s.Code, s.Expires, s.Tries = newDigits(t.digits), now.Add(t.life), t.tries
	}
	s.At = now
	return []delivery.Message{{
		Channel:  s.Channel,
		To:       s.To,
		Template: s.Template,
		Args:     map[string]string{"code": s.Code},
		Account:  account,
		Secret:   true,
		Keep:     s.Kept,
	}}, nil, nil
}

// Resend is Send when the person asks for it: too early, it is a Rejection that
// says when (R12).
func (k *Checker) Resend(tx store.Tx, account string, s *Sent) ([]delivery.Message, error) {
	if at := s.At.Add(k.Policy.ResendAfter); tx.Now().Before(at) {
		refusal := ceremony.Refuse(ceremony.ResendEarly)
		refusal.RetryAt = &at
		return nil, ceremony.Reject(refusal)
	}
	msgs, refusal, err := k.send(tx, account, s)
	if refusal != nil {
		return nil, ceremony.Reject(*refusal)
	}
	return msgs, err
}

func (k *Checker) cannotSend(tx store.Tx, channel api.Channel, to string) (*api.Refusal, error) {
	ways := k.Ways()
	_, mail := ways.Code()
	stopped, err := delivery.Stopped(tx, channel, to)
	var refusal api.Refusal
	switch {
	case err != nil:
		return nil, fmt.Errorf("proof: %w", err)
	case channel == api.ByEmail && !mail:
		refusal = ceremony.Refuse(ceremony.CannotMail)
	case channel == api.ByText && !ways.Text:
		refusal = ceremony.Refuse(ceremony.CannotText)
	case stopped: // R18
		refusal = ceremony.Refuse(ceremony.TextsStopped)
	default:
		return nil, nil
	}
	return &refusal, nil
}

// Try looks at a code of a second step. Right, it is used up and refused is nil.
// Wrong, the failure is counted, and refused says so. A Rejection says that it
// was not looked at: its form is wrong, the code is dead, or tries are throttled.
func (k *Checker) Try(tx store.Tx, c *ceremony.Ceremony, a *account.Account, s *Sent, input string) (refused *ceremony.Move, err error) {
	code, err := k.examine(tx, s, input, k.FirstParty(a.Username))
	if err != nil || s.spend(code) {
		return nil, err
	}
	move, err := k.Fail(tx, c, a, wrong(s), audit.Event{
		Type:    api.EventSignInFailed,
		Rule:    "R11",
		Details: map[string]string{"factor": string(s.Channel), "reason": api.WrongCode},
	})
	return &move, err
}

// Confirm is Try for a new number or address of an account: it counts apart
// from sign-in, so that a mistyped code never locks anybody out.
func (k *Checker) Confirm(tx store.Tx, account string, s *Sent, input string) (refused *ceremony.Move, err error) {
	code, err := k.confirmable(tx, account, s, input)
	if err != nil {
		return nil, err
	}
	counter := k.confirmations(account, s.Channel)
	if !s.spend(code) {
		move, _, err := fail(tx, counter, wrong(s), audit.Event{
			Type:    api.EventCodeRefused,
			Rule:    s.rule(),
			Details: map[string]string{"channel": string(s.Channel)},
		})
		return &move, err
	}
	if err := counter.Reset(tx); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	return nil, k.codeEntered(tx, account, s)
}

// Examinable returns nil if Confirm would compare a code, and else the Rejection
// that it would answer with. Slow work that a right code will need is done for
// every code that would be compared and for no other: else the time it takes would
// tell which one is right, and nothing counts that.
func (k *Checker) Examinable(tx store.Tx, account string, s *Sent, input string) error {
	_, err := k.confirmable(tx, account, s, input)
	return err
}

func (k *Checker) confirmable(tx store.Tx, account string, s *Sent, input string) (code string, err error) {
	if kept, _ := k.Ways().Code(); s.Kept && !kept {
		// A mail server was set up meanwhile: now an address can be proved.
		return "", ceremony.Reject(s.refuse(ceremony.CodeExpired))
	}
	return k.examine(tx, s, input, k.confirmations(account, s.Channel))
}

// examine returns the digits of a code that may be compared now.
func (k *Checker) examine(tx store.Tx, s *Sent, input string, counter ratelimit.Counter) (code string, err error) {
	if code, err = Digits(input); err != nil {
		return "", err
	}
	if reason, dead := s.dead(tx.Now()); dead {
		refusal := s.refuse(reason)
		if at := s.At.Add(k.Policy.ResendAfter); tx.Now().Before(at) {
			refusal.RetryAt = &at
		}
		return "", ceremony.Reject(refusal)
	}
	return code, Allow(tx, counter)
}

// spend compares a code, and uses it up or costs it a try.
func (s *Sent) spend(code string) (right bool) {
	if subtle.ConstantTimeCompare([]byte(code), []byte(s.Code)) == 1 {
		s.Code = ""
		return true
	}
	s.Tries--
	return false
}

// refuse is ceremony.Refuse, with R4 in the place of R11 for what was mailed.
func (s *Sent) refuse(reason ceremony.Reason) api.Refusal {
	refusal := ceremony.Refuse(reason)
	if refusal.Rule == "R11" {
		refusal.Rule = s.rule()
	}
	return refusal
}

// wrong is the refusal of a wrong code: how often it may still be tried.
func wrong(s *Sent) api.Refusal {
	refusal := s.refuse(ceremony.WrongCode)
	left := s.Tries
	refusal.TriesLeft = &left
	return refusal
}

// dead says why no answer can be right any more.
func (s *Sent) dead(now time.Time) (ceremony.Reason, bool) {
	switch {
	case s.At.IsZero():
		return ceremony.NoCodeSent, true
	case s.Code == "":
		return ceremony.CodeUsed, true
	case s.Tries <= 0:
		return ceremony.TooManyTries, true
	case !now.Before(s.Expires):
		return ceremony.CodeExpired, true
	}
	return 0, false
}

// Digits reads a six-digit code as people type it. What can't be one is a
// Rejection that names the field, and costs no try.
func Digits(input string) (string, error) {
	code, ok := otp.ParseCode(input)
	if !ok {
		return "", ceremony.Reject(ceremony.Malformed("code", "A code has six digits. Type them as they are shown, then go on."))
	}
	return code, nil
}

// Step shows what is asked for. The address is shown as given, masked or whole.
func (k *Checker) Step(s *Sent, sentTo string) api.EnterCode {
	t := k.terms(s.Channel)
	step := api.EnterCode{Channel: s.Channel, Digits: t.digits, SentTo: sentTo, Kept: s.Kept}
	if s.At.IsZero() {
		return step
	}
	left := s.Tries
	at, expires, resend := s.At, s.Expires, s.At.Add(k.Policy.ResendAfter)
	step.SentAt, step.CodeExpires, step.ResendAt = &at, &expires, &resend
	step.Tries, step.TriesLeft = t.tries, &left
	return step
}
