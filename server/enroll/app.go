package enroll

import (
	"context"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// enrollApp enrols an authenticator app (R20 to R23). It replaces an app that is enrolled
// already, as when the owner has a new phone. The old app works until then.
func (r *rules) enrollApp() ceremony.Definition[draft] {
	states, edges := r.prelude([]api.State{scanQR}, appCode, saveBackupCode, finished)
	states = append(states, state{
		Name: scanQR,
		Step: api.ScanQR{},
		Show: func(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.Step, error) {
			a, err := account.Load(tx, c.Account)
			if err != nil {
				return nil, err
			}
			return api.ScanQR{URI: otp.URI(r.issuer, a.Username, d.Secret), Secret: d.Secret}, nil
		},
	}, state{
		Name: appCode,
		Step: api.EnterCode{},
		Show: func(store.Tx, *ceremony.Ceremony, *draft) (api.Step, error) {
			return api.EnterCode{Channel: api.ByApp, Digits: r.Policy.AppCodeDigits}, nil
		},
	}, r.backupState(), done())
	edges = append(edges, edge{
		From: scanQR, On: api.Continue{}, To: []api.State{enterPassword, appCode},
		Do: func(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
			d.Scanned = true
			return r.next(tx, c, d, in)
		},
	}, edge{
		// "Show the QR code again" shows the same code.
		From: appCode, On: api.Resend{}, To: []api.State{scanQR},
		Do: func(_ store.Tx, _ *ceremony.Ceremony, d *draft, _ api.Input) (api.State, error) {
			d.Scanned = false
			return scanQR, nil
		},
	}, edge{
		From: appCode, On: api.Code{}, To: []api.State{enterPassword, scanQR, saveBackupCode, finished},
		Slow: func(ctx context.Context, c ceremony.Ceremony, d draft, in api.Input) (api.Input, error) {
			code := in.(api.Code)
			return r.prepareBackup(ctx, c, code, func(tx store.Tx) (bool, error) {
				// The client has the secret, so the response time tells it nothing new.
				return otp.Verify(d.Secret, code.Code, tx.Now(), 0).Outcome == otp.Accepted, nil
			})
		},
		Do: r.proveApp,
	}, backupEdge())
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.EnrollApp,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{overview},
		Start:        startOverview(api.App),
		States:       states,
		Edges:        edges,
		Path: r.path(overview, enterPassword, enterEmail, emailCode,
			scanQR, appCode, saveBackupCode, finished),
	})
}

// enterApp shows the secret, and then asks for a code. The secret stays in the draft until
// a code proves that the app has it (R21).
func enterApp(tx store.Tx, d *draft, a *account.Account) (api.State, error) {
	if d.Scanned {
		return appCode, nil
	}
	if d.Secret == "" {
		now, err := account.PartsOf(tx, a)
		if err != nil {
			return "", err
		}
		d.Began.App = now.App // the overview's text is replaced
		secret, err := otp.NewSecret()
		if err != nil {
			return "", fmt.Errorf("enroll: %w", err)
		}
		d.Secret = secret
	}
	return scanQR, nil
}

// appAgain shows the same secret again, which asks for another code.
func (r *rules) appAgain(_ store.Tx, d *draft, _ *account.Account) (api.State, error) {
	d.Scanned, d.AppStep = false, 0
	return scanQR, nil
}

// proveApp examines a code of the app.
func (r *rules) proveApp(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	code, err := proof.Digits(input.(prepared).Input.(api.Code).Code)
	if err != nil {
		return "", err
	}
	match := otp.Verify(d.Secret, code, tx.Now(), 0)
	if match.Outcome != otp.Accepted {
		// The client has the secret, so there is nothing to guess and no failure is counted.
		refusal := ceremony.Refuse(ceremony.WrongAppCode)
		if match.Outcome == otp.Drifted {
			refusal = proof.Drift(match, tx.Now())
		}
		c.Refuse(refusal)
		return "", nil
	}
	d.AppStep = match.Step
	return r.next(tx, c, d, input)
}

// writeApp turns the method on. The code that proved it is used up and can't also sign in
// (R22).
func (r *rules) writeApp(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, input api.Input) (api.State, error) {
	backup, err := needsBackupCode(tx, a)
	if err != nil {
		return "", err
	}
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return "", err
	}
	err = account.SetApp(tx, a.ID, account.AppSecret{
		Sealed:   r.Sealer.Seal(account.AppKey(a.ID), []byte(d.Secret)),
		LastStep: d.AppStep,
		Added:    tx.Now().UTC(),
	})
	if err != nil {
		return "", err
	}
	d.Secret = ""
	event := audit.Event{Type: api.EventAppEnabled, Rule: "R21"}
	if e.App {
		event.Details = map[string]string{"replaced": "true"}
	}
	return r.turnedOn(tx, c, d, a, event, input, backup)
}
