package enroll

import (
	"context"
	"fmt"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/throttle"
)

// changePassword sets a new password. It always asks for the present one. It ends all
// other sessions and revokes the temporary passwords, because another person may know
// the old password.
func (r *rules) changePassword() ceremony.Definition[draft] {
	return r.begun(ceremony.Definition[draft]{
		Kind:         api.ChangePassword,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword},
		Start: func(store.Tx, *ceremony.Ceremony, *draft, api.Begin) (api.State, error) {
			return enterPassword, nil
		},
		States: []state{
			r.passwordState(),
			{
				Name: choosePassword,
				Step: api.ChoosePassword{},
				Show: func(store.Tx, *ceremony.Ceremony, *draft) (api.Step, error) {
					return api.ChoosePassword{MinPassword: r.Policy.PasswordMin, MaxPassword: r.Policy.PasswordMax}, nil
				},
			},
			done(),
		},
		Edges: []edge{
			r.passwordEdge(choosePassword, finished),
			{From: choosePassword, On: api.Password{}, To: []api.State{enterPassword, finished}, Slow: r.hashNew, Do: r.choosePassword},
		},
		Path: func(store.Tx, *ceremony.Ceremony, *draft) ([]api.State, error) {
			return []api.State{enterPassword, choosePassword, finished}, nil
		},
	})
}

// hashed is a new password that R0 allows, with its hash.
type hashed struct {
	api.Password
	hash string
}

// hashNew checks a new password and hashes it, outside any transaction.
func (r *rules) hashNew(ctx context.Context, c ceremony.Ceremony, d draft, input api.Input) (api.Input, error) {
	in := hashed{Password: input.(api.Password)}
	var username string
	err := r.Store.View(ctx, func(tx store.Tx) error {
		a, err := account.Load(tx, c.Account)
		if err == nil {
			username = a.Username
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	password, err := r.NewPassword(username, in.Password.Password)
	if err != nil {
		return nil, err
	}
	same, err := r.Hasher.Verify(ctx, d.Password, password)
	if err != nil {
		return nil, fmt.Errorf("enroll: %w", err)
	}
	if same { // no secret: the present password was just proved
		refusal := ceremony.Refuse(ceremony.SamePassword)
		refusal.Field = "password"
		return nil, ceremony.Reject(refusal)
	}
	if in.hash, err = r.Hasher.Hash(ctx, password); err != nil {
		return nil, fmt.Errorf("enroll: %w", err)
	}
	return in, nil
}

// choosePassword takes the new password. If the present one must be entered again, the draft
// keeps the hash of the new one.
func (r *rules) choosePassword(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	d.Hash = input.(hashed).hash
	return r.next(tx, c, d, input)
}

// passwordAgain asks for the present password, and then for the new one.
func (r *rules) passwordAgain(_ store.Tx, d *draft, _ *account.Account) (api.State, error) {
	d.Hash, d.Password = "", ""
	return enterPassword, nil
}

// writePassword replaces the password, which is still the one that was proved.
func (r *rules) writePassword(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, _ api.Input) (api.State, error) {
	a.Password = d.Hash
	if err := account.Save(tx, a); err != nil {
		return "", err
	}
	sessions, err := r.Sessions.EndOthers(tx, a.ID, c.Session)
	if err != nil {
		return "", fmt.Errorf("enroll: %w", err)
	}
	// Someone who knew the old password may have signed in on another device.
	if err := throttle.ForgetOthers(tx, a.ID, c.Session); err != nil {
		return "", fmt.Errorf("enroll: %w", err)
	}
	passwords, err := temppassword.RevokeAll(tx, a.ID)
	if err != nil {
		return "", fmt.Errorf("enroll: %w", err)
	}
	// The failures were counted for the old password, so the count starts again (R43:
	// "until it is set up again").
	if err := r.Renewed(tx, a, throttle.Password, throttle.InSession); err != nil {
		return "", err
	}
	r.Announce(tx, c, a, audit.Event{Type: api.EventPasswordChanged, Rule: "R6"})
	if sessions > 0 {
		c.Record(audit.Event{
			Type:    api.EventSessionsEnded,
			Rule:    "R6",
			Details: map[string]string{"count": strconv.Itoa(sessions)},
		})
	}
	if passwords > 0 {
		c.Record(audit.Event{
			Type:    api.EventTemporaryPasswordsRevoked,
			Rule:    "R6",
			Details: map[string]string{"count": strconv.Itoa(passwords)},
		})
	}
	return finished, nil
}
