package signin

import (
	"errors"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/epoch"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

func (r *rules) showApp(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
	_, o, err := r.othersOf(tx, c, d, api.App)
	return api.EnterCode{Channel: api.ByApp, Digits: r.Policy.AppCodeDigits, Alternatives: o.all, Unable: o.unable}, err
}

// app examines a code of the authenticator app (R21 to R23).
func (r *rules) app(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	code, err := proof.Digits(input.(api.Code).Code)
	if err != nil {
		return "", err
	}
	app, err := account.App(tx, a.ID)
	if errors.Is(err, account.ErrNoApp) {
		return r.second(tx, c, d, a, "")
	} else if err != nil {
		return "", err
	}
	if err := r.allow(tx, c, a); err != nil {
		return "", err
	}
	secret, err := r.Sealer.Open(account.AppKey(a.ID), app.Sealed)
	if err != nil {
		return "", fmt.Errorf("signin: app secret: %w", err)
	}
	last, err := lastUsed(tx, app)
	if err != nil {
		return "", err
	}
	match := otp.Verify(string(secret), code, tx.Now(), last)
	switch match.Outcome {
	case otp.Accepted:
		burned, err := isDisclosed(tx, a.ID, match.Step)
		if err != nil {
			return "", err
		}
		if burned {
			return r.refuseOwner(c, d, string(api.App), ceremony.Refuse(ceremony.AppCodeUsed))
		}
		app.LastStep = match.Step
		if err := account.SetApp(tx, a.ID, app); err != nil {
			return "", err
		}
		return r.finish(tx, c, d, a, api.App)
	case otp.Replayed:
		if otp.ClockSetBack(app.LastStep, tx.Now()) {
			return r.refuseOwner(c, d, string(api.App), clockSetBack(app.LastStep))
		}
		if match.Step > app.LastStep {
			return r.refuseOwner(c, d, string(api.App), justRestored(last))
		}
		return r.refuseOwner(c, d, string(api.App), ceremony.Refuse(ceremony.AppCodeUsed))
	case otp.Drifted:
		return r.drifted(tx, c, d, a, match)
	}
	return r.refuse(tx, c, a, api.App, ceremony.Refuse(ceremony.WrongAppCode))
}

// drifted refuses a code of another time step and returns how far the clock is
// off (R23). The refusal of an early code tells an attacker when it will be
// valid, and each guess is compared with many future steps. So the code of a
// future step is burned.
func (r *rules) drifted(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, match otp.Match) (api.State, error) {
	if match.Drift > 0 {
		if err := disclose(tx, a.ID, match.Step); err != nil {
			return "", err
		}
	}
	return r.refuseOwner(c, d, string(api.App), proof.Drift(match, tx.Now()))
}

// lastUsed returns the last step whose code counts as used. After a restore, nobody knows
// which codes were used since the backup was made. So those that could be entered before the
// restore count as used (R22), for about a minute.
func lastUsed(tx store.Tx, app account.AppSecret) (int64, error) {
	at, err := epoch.Restored(tx)
	if err != nil || at.IsZero() || store.Future(tx.Now(), at) { // the clock was ahead then (R86)
		return app.LastStep, err
	}
	if last := otp.LastAccepted(at); last > app.LastStep && otp.Acceptable(last, tx.Now()) {
		return last, nil
	}
	return app.LastStep, nil
}

// justRestored is the refusal of a code that may have been used before a restore.
func justRestored(last int64) api.Refusal {
	refusal := ceremony.Refuse(ceremony.AppCodeRestored)
	at := otp.StepEnd(last)
	refusal.RetryAt = &at
	return refusal
}

// clockSetBack is the refusal of a right code after the server's clock was set
// back. Codes up to the last accepted one stay used, because an attacker may
// have seen one of them (R22). The refusal says why, and what to do (R86).
func clockSetBack(lastStep int64) api.Refusal {
	refusal := ceremony.Refuse(ceremony.AppCodeClock)
	refusal.Detail += " They work again after " + otp.StepEnd(lastStep).Format("2 January 2006, 15:04 UTC") + "."
	return refusal
}
