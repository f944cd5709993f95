package passwordauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
	"nightlatch/server/throttle"
)

// errChanged reports that the account changed while the secret was hashed.
var errChanged = errors.New("passwordauth: the account changed while a secret was compared")

// decide makes the decision in one transaction. It checks the throttle again, because
// other attempts may have failed meanwhile. Decision, count, audit events and texts
// are written together or not at all.
func (p *Authenticator) decide(ctx context.Context, t *attempt) (thirdparty.Identity, error) {
	var (
		id       thirdparty.Identity
		refusal  *thirdparty.Refusal
		reported string // key of the event that was written; kept after the commit
	)
	err := p.cfg.Store.Update(ctx, func(tx store.Tx) (err error) {
		id, refusal, reported = thirdparty.Identity{}, nil, ""
		// Read again: an account with this name may have been created
		// meanwhile.
		if t.count, err = p.counts.ThirdParty(tx, t.Username, t.program()); err != nil {
			return err
		}
		failures, err := t.count.State(tx)
		if err != nil {
			return err
		}
		guess := t.outcome == temppassword.Unknown
		if refusal = waits(failures, tx.Now()); refusal != nil && guess {
			return nil
		}
		if t.account == nil || failures.Disabled && guess {
			refusal, err = p.refuseUnknownUser(tx, t, failures.Disabled)
			return err
		}
		a, err := account.Load(tx, t.account.ID)
		if err != nil {
			return err
		}
		if a.Password != t.account.Password {
			return errChanged
		}
		enrolled, err := account.Enrolled(tx, a)
		switch {
		case err != nil:
			return err
		case t.outcome == temppassword.Expired:
			refusal, reported, err = p.refuseOwner(tx, t, a, thirdparty.Refusal{Code: api.TemporaryPasswordExpired, Rule: "R85", Off: !enrolled.TwoFactor()})
		case t.outcome == temppassword.Revoked:
			refusal, reported, err = p.refuseOwner(tx, t, a, thirdparty.Refusal{Code: api.InvalidCredentials, Reason: thirdparty.Revoked, Rule: "R83", Off: !enrolled.TwoFactor()})
		case t.outcome == temppassword.Live:
			refusal, reported, err = p.refuseOwner(tx, t, a, thirdparty.Refusal{Code: api.InvalidCredentials, Reason: thirdparty.OtherService, Rule: "R83", Off: !enrolled.TwoFactor()})
		case t.password && enrolled.TwoFactor():
			refusal, reported, err = p.askForTemporary(tx, t, a)
		case t.password:
			id = thirdparty.Identity{Account: a.ID, Username: a.Username}
			if id.Credential, err = p.passwordFingerprint(tx, a); err == nil {
				reported, err = p.acceptOrdinary(tx, t, a)
			}
		case t.backup:
			refusal, reported, err = p.refuseOwner(tx, t, a, thirdparty.Refusal{Code: api.BackupCodeNotAccepted, Rule: "R75", Off: !enrolled.TwoFactor()})
		default:
			refusal, err = p.refuseWrong(tx, t, a)
		}
		return err
	})
	switch {
	case errors.Is(err, errChanged):
		return thirdparty.Identity{}, &thirdparty.Refusal{Code: api.Unavailable, RetryAt: t.at.Add(time.Second)}
	case err != nil:
		return thirdparty.Identity{}, err
	}
	p.reported.add(reported, t.at)
	if refusal != nil {
		return thirdparty.Identity{}, refusal
	}
	return id, nil
}

// acceptOrdinary accepts the account password while two-factor is off (R80).
func (p *Authenticator) acceptOrdinary(tx store.Tx, t *attempt, a *account.Account) (reported string, err error) {
	if err := t.count.Succeed(tx, throttle.Password); err != nil {
		return "", err
	}
	if err := p.counts.RememberProgram(tx, a.ID, t.program()); err != nil {
		return "", err
	}
	return p.report(tx, t, a, audit.Event{
		Type: api.EventSignedIn, Rule: "R80", Details: map[string]string{"protocol": t.Protocol},
	})
}

// askForTemporary refuses the account password while two-factor is on (R80), and
// texts a temporary one where R82 allows it. The password was right, so this is not a
// failure; nothing was accepted, so it does not reset the counter.
func (p *Authenticator) askForTemporary(tx store.Tx, t *attempt, a *account.Account) (*thirdparty.Refusal, string, error) {
	refusal, reported, err := p.refuseOwner(tx, t, a, thirdparty.Refusal{Code: api.TemporaryPasswordRequired, Rule: "R80"})
	if err != nil {
		return nil, "", err
	}
	may, err := temppassword.MayText(tx, a, p.cfg.Policy)
	if err != nil || !may || !p.cfg.Capabilities().Text {
		return refusal, reported, err
	}
	if stopped, err := delivery.Stopped(tx, api.ByText, a.Phone); err != nil || stopped { // R18
		return refusal, reported, err
	}
	label, err := account.NormalizeLabel(t.Client, account.TemporaryLabelMax)
	if err != nil { // the name is empty or not a valid label
		label = t.Protocol
	}
	made, err := temppassword.Make(tx, p.cfg.Sealer, a, label, "", true)
	if errors.Is(err, temppassword.ErrFull) {
		return refusal, reported, nil
	}
	if err != nil {
		return nil, "", err
	}
	err = delivery.Enqueue(tx, p.cfg.Sealer, delivery.Message{
		Channel:  api.ByText,
		To:       a.Phone,
		Template: delivery.TemporaryPassword,
		Args:     map[string]string{"password": made.Password, "until": made.Expires.Format("15:04 UTC")},
		Until:    made.Expires,
		Account:  a.ID,
		Secret:   true,
	})
	if err != nil {
		return nil, "", err
	}
	refusal.Texted = true
	return refusal, reported, p.cfg.Announcer.Announce(tx, a, t.origin(), audit.Event{
		Type: api.EventTemporaryPasswordTexted, Rule: "R82", Details: map[string]string{"label": label},
	})
}

// refuseOwner refuses a secret that only the owner can have. The answer says what the
// secret is, and it does not count as a failure (R43).
func (p *Authenticator) refuseOwner(tx store.Tx, t *attempt, a *account.Account, refusal thirdparty.Refusal) (*thirdparty.Refusal, string, error) {
	event := audit.Event{
		Type: api.EventTemporaryPasswordRefused, Rule: refusal.Rule, Refused: true,
		Details: map[string]string{"protocol": t.Protocol, "reason": cmp.Or(refusal.Reason, refusal.Code)},
	}
	if refusal.Code == api.BackupCodeNotAccepted {
		event.Type = api.EventBackupCodeRefused
	}
	reported, err := p.report(tx, t, a, event)
	return &refusal, reported, err
}

// refuseWrong counts a failure. The answer gives no details.
func (p *Authenticator) refuseWrong(tx store.Tx, t *attempt, a *account.Account) (*thirdparty.Refusal, error) {
	failures, err := t.count.Fail(tx, throttle.Password)
	if err != nil {
		return nil, err
	}
	event := audit.Event{
		Type: api.EventSignInFailed, Rule: "R80", Refused: true, Details: map[string]string{"protocol": t.Protocol},
	}
	if failures.Disabled {
		event.Type, event.Rule = api.EventMethodDisabled, "R43"
	} else if !failures.RetryAt.IsZero() {
		event.Details["retry_at"] = failures.RetryAt.UTC().Format(time.RFC3339)
	}
	return &thirdparty.Refusal{Code: api.InvalidCredentials}, p.cfg.Announcer.Announce(tx, a, t.origin(), event)
}

// refuseUnknownUser does for an unknown user name what refuseWrong does for a known
// one: it counts, and makes as many writes of the same size (R42). When third-party
// clients are disabled for the name, nothing more is counted.
func (p *Authenticator) refuseUnknownUser(tx store.Tx, t *attempt, locked bool) (*thirdparty.Refusal, error) {
	if !locked {
		if _, err := t.count.Fail(tx, throttle.Password); err != nil {
			return nil, err
		}
	}
	return &thirdparty.Refusal{Code: api.InvalidCredentials}, t.count.Decoy(tx, make([]byte, 200))
}

// report announces an event, unless the same event of the same client was announced in
// the last ten minutes: a program that polls would fill the activity list. It returns
// the key to store in p.reported after the commit.
func (p *Authenticator) report(tx store.Tx, t *attempt, a *account.Account, e audit.Event) (reported string, err error) {
	reported = fmt.Sprintf("%s %s %s %s %q %s", a.ID, e.Type, e.Details["reason"], t.Protocol, t.Client, t.Address)
	if p.reported.recent(reported, t.at) {
		return "", nil
	}
	return reported, p.cfg.Announcer.Announce(tx, a, t.origin(), e)
}
