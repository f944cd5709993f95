package enroll

import (
	"context"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/otp"
	"nightlatch/server/store"
)

// enrollApp links an authenticator app (R20 to R23). When one is linked already
// the new one takes its place, and the old one works until then: that is what a
// new phone needs.
func (r *rules) enrollApp() ceremony.Definition[draft] {
	states, edges := r.prelude(r.enterApp, []api.State{scanQR})
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
		From: scanQR, On: api.Continue{}, To: []api.State{appCode},
		Do: func(store.Tx, *ceremony.Ceremony, *draft, api.Input) (ceremony.Move, error) {
			return ceremony.Go(appCode), nil
		},
	}, edge{
		// "Show the QR code again": it is the same one.
		From: appCode, On: api.Resend{}, To: []api.State{scanQR},
		Do: func(store.Tx, *ceremony.Ceremony, *draft, api.Input) (ceremony.Move, error) {
			return ceremony.Go(scanQR), nil
		},
	}, edge{
		From: appCode, On: api.Code{}, To: []api.State{saveBackupCode, finished},
		Slow: func(ctx context.Context, c ceremony.Ceremony, d draft, in api.Input) (api.Input, error) {
			code := in.(api.Code)
			return r.prepareBackup(ctx, c, code, func(tx store.Tx) (bool, error) {
				// The secret is on the screen, so what tells of the code tells nothing.
				return otp.Verify(d.Secret, code.Code, tx.Now(), 0).Outcome == otp.Accepted, nil
			})
		},
		Do: r.proveApp,
	}, backupEdge())
	return ceremony.Definition[draft]{
		Kind:         api.EnrollApp,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{overview},
		Start:        startOverview(api.App),
		States:       states,
		Edges:        edges,
		Path: r.path(overview, enterPassword, enterEmail, emailCode,
			scanQR, appCode, saveBackupCode, finished),
	}
}

// enterApp makes the secret. It stays in the draft until a code proves that the
// app has it (R21).
func (r *rules) enterApp(_ store.Tx, _ *ceremony.Ceremony, d *draft, _ *account.Account) (ceremony.Move, error) {
	secret, err := otp.NewSecret()
	if err != nil {
		return ceremony.Move{}, fmt.Errorf("enroll: %w", err)
	}
	d.Secret = secret
	return ceremony.Go(scanQR), nil
}

// proveApp takes a code of the app: it is on. The code is used up and can't sign
// in as well (R22).
func (r *rules) proveApp(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	in := input.(prepared)
	code, err := proof.Digits(in.Code.Code)
	if err != nil {
		return ceremony.Move{}, err
	}
	match := otp.Verify(d.Secret, code, tx.Now(), 0)
	if match.Outcome != otp.Accepted {
		// Nothing to guess here: the secret is on the screen. So nothing is counted.
		refusal := ceremony.Refuse(ceremony.WrongAppCode)
		if match.Outcome == otp.Drifted {
			seconds := int(match.DriftTime() / time.Second)
			refusal = ceremony.Refuse(ceremony.ClockDrift)
			refusal.Drift = &seconds
		}
		return ceremony.Refused(refusal), nil
	}
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return ceremony.Move{}, err
	}
	backup, err := needsBackupCode(tx, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return ceremony.Move{}, err
	}
	err = account.SetApp(tx, a.ID, account.AppSecret{
		Sealed:   r.Sealer.Seal(account.AppKey(a.ID), []byte(d.Secret)),
		LastStep: match.Step,
		Added:    tx.Now().UTC(),
	})
	if err != nil {
		return ceremony.Move{}, err
	}
	d.Secret = ""
	event := audit.Event{Type: api.EventAppEnabled, Rule: "R21"}
	if e.App {
		event.Details = map[string]string{"replaced": "true"}
	}
	return r.turnedOn(tx, c, d, a, event, in, backup)
}
