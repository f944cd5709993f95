package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
)

// errChanged ends a decision that rests on what the account no longer is.
var errChanged = errors.New("server: the account changed while a secret was compared")

// An announcer writes events into the activity list and mails their notices.
type announcer func(tx store.Tx, a *account.Account, client, place string, events ...audit.Event) error

// decide turns what was found into a verdict, in one transaction: the throttle
// once more, since others knocked meanwhile; then the verdict, the count, the
// audit and what is texted, all or nothing.
func (d *door) decide(ctx context.Context, k *knock) (thirdparty.Identity, error) {
	var (
		id       thirdparty.Identity
		refusal  *thirdparty.Refusal
		reported string // what was said, to be remembered once it is committed
	)
	err := d.store.Update(ctx, func(tx store.Tx) (err error) {
		id, refusal, reported = thirdparty.Identity{}, nil, ""
		failures, err := k.counter.State(tx)
		if err != nil {
			return err
		}
		if refusal = throttle(failures, tx.Now()); refusal != nil {
			return nil
		}
		if k.account == nil || failures.Disabled {
			refusal, err = d.refuseNobody(tx, k, failures.Disabled)
			return err
		}
		a, err := account.Load(tx, k.account.ID)
		if err != nil {
			return err
		}
		if a.Password != k.account.Password {
			return errChanged
		}
		enrolled, err := account.Enrolled(tx, a)
		switch {
		case err != nil:
			return err
		case k.outcome == temppassword.Expired:
			refusal, reported, err = d.refuseKnown(tx, k, a, api.TemporaryPasswordExpired, "R85")
		case k.password && enrolled.TwoFactor():
			refusal, reported, err = d.askForTemporary(tx, k, a)
		case k.password:
			id = thirdparty.Identity{Account: a.ID, Username: a.Username, Credential: d.mint.mark(a)}
			reported, err = d.admitOrdinary(tx, k, a)
		case k.backup:
			refusal, reported, err = d.refuseKnown(tx, k, a, api.BackupCodeNotAccepted, "R75")
		default:
			refusal, err = d.refuseStranger(tx, k, a)
		}
		return err
	})
	switch {
	case errors.Is(err, errChanged):
		return thirdparty.Identity{}, &thirdparty.Refusal{Code: api.Unavailable, RetryAt: k.at.Add(time.Second)}
	case err != nil:
		return thirdparty.Identity{}, err
	}
	d.said.note(reported, k.at)
	if refusal != nil {
		return thirdparty.Identity{}, refusal
	}
	return id, nil
}

// admitOrdinary lets the ordinary password in, while two-factor is off (R80).
func (d *door) admitOrdinary(tx store.Tx, k *knock, a *account.Account) (reported string, err error) {
	if err := k.counter.Reset(tx); err != nil {
		return "", err
	}
	return d.report(tx, k, a, audit.Event{
		Type: api.EventSignedIn, Rule: "R80", Details: map[string]string{"protocol": k.Protocol},
	})
}

// askForTemporary refuses the ordinary password while two-factor is on (R80),
// and texts a temporary one where R82 allows it. Since the password was right it
// is no failure; since it lets nobody in it is no success either.
func (d *door) askForTemporary(tx store.Tx, k *knock, a *account.Account) (*thirdparty.Refusal, string, error) {
	refusal, reported, err := d.refuseKnown(tx, k, a, api.TemporaryPasswordRequired, "R80")
	if err != nil {
		return nil, "", err
	}
	may, err := temppassword.MayText(tx, a, d.policy)
	if err != nil || !may || !d.ways().Text {
		return refusal, reported, err
	}
	if stopped, err := delivery.Stopped(tx, api.ByText, a.Phone); err != nil || stopped { // R18
		return refusal, reported, err
	}
	label, err := account.NormalizeLabel(k.Client, account.TemporaryLabelMax)
	if err != nil { // it calls itself nothing, or something that is no label
		label = k.Protocol
	}
	made, err := temppassword.Make(tx, d.keys, a, label, "", true)
	if errors.Is(err, temppassword.ErrFull) {
		return refusal, reported, nil
	}
	if err != nil {
		return nil, "", err
	}
	err = delivery.Enqueue(tx, d.keys, delivery.Message{
		Channel:  api.ByText,
		To:       a.Phone,
		Template: delivery.TemporaryPassword,
		Args:     map[string]string{"password": made.Password, "until": made.Expires.Format("15:04 UTC")},
		Account:  a.ID,
		Secret:   true,
	})
	if err != nil {
		return nil, "", err
	}
	refusal.Texted = true
	return refusal, reported, d.tell(tx, a, k.Client, k.Address, audit.Event{
		Type: api.EventTemporaryPasswordTexted, Rule: "R82", Details: map[string]string{"label": label},
	})
}

// refuseKnown refuses a secret that only the owner can know: it is told what it
// is, and is no guess that would count (R43).
func (d *door) refuseKnown(tx store.Tx, k *knock, a *account.Account, code, rule string) (*thirdparty.Refusal, string, error) {
	event := audit.Event{
		Type: api.EventTemporaryPasswordRefused, Rule: rule, Refused: true,
		Details: map[string]string{"protocol": k.Protocol, "reason": code},
	}
	if code == api.BackupCodeNotAccepted {
		event.Type = api.EventBackupCodeRefused
	}
	reported, err := d.report(tx, k, a, event)
	return &thirdparty.Refusal{Code: code, Rule: rule}, reported, err
}

// refuseStranger counts a failure and says nothing else.
func (d *door) refuseStranger(tx store.Tx, k *knock, a *account.Account) (*thirdparty.Refusal, error) {
	failures, err := k.counter.Fail(tx)
	if err != nil {
		return nil, err
	}
	event := audit.Event{
		Type: api.EventSignInFailed, Rule: "R80", Refused: true, Details: map[string]string{"protocol": k.Protocol},
	}
	if failures.Disabled {
		event.Type, event.Rule = api.EventMethodDisabled, "R43"
	} else if !failures.RetryAt.IsZero() {
		event.Details["retry_at"] = failures.RetryAt.UTC().Format(time.RFC3339)
	}
	return &thirdparty.Refusal{Code: api.InvalidCredentials}, d.tell(tx, a, k.Client, k.Address, event)
}

// refuseNobody does for an unknown user name what refuseStranger does for a known one:
// it counts, and makes as many writes of the same size (R42). When third-party clients
// are disabled for the name, nothing more is counted.
func (d *door) refuseNobody(tx store.Tx, k *knock, locked bool) (*thirdparty.Refusal, error) {
	if !locked {
		if _, err := k.counter.FailUnknown(tx); err != nil {
			return nil, err
		}
	}
	return &thirdparty.Refusal{Code: api.InvalidCredentials}, k.counter.Decoy(tx, make([]byte, 200))
}

// report announces an event, unless the same was said of the same client a short
// while ago: a program that asks for mail every minute would fill the list. It
// returns what to remember.
func (d *door) report(tx store.Tx, k *knock, a *account.Account, e audit.Event) (reported string, err error) {
	reported = fmt.Sprintf("%s %s %s %s %q %s", a.ID, e.Type, e.Details["reason"], k.Protocol, k.Client, k.Address)
	if d.said.lately(reported, k.at) {
		return "", nil
	}
	return reported, d.tell(tx, a, k.Client, k.Address, e)
}

const (
	// repeatAfter is when what was said is said again.
	repeatAfter = 10 * time.Minute
	// repeatsKept bounds what is remembered; past it, it is said too often.
	repeatsKept = 4096
)

// repeats remembers what was said lately. A restart forgets it.
type repeats struct {
	mu   sync.Mutex
	when map[string]time.Time
}

func (r *repeats) lately(what string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.when[what]
	return ok && now.Sub(at).Abs() < repeatAfter
}

func (r *repeats) note(what string, now time.Time) {
	if what == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.when == nil || len(r.when) >= repeatsKept {
		r.when = map[string]time.Time{}
	}
	r.when[what] = now
}

func (r *repeats) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.when)
}
