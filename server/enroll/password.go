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
)

// changePassword sets a new password. It always asks for the present one, and
// ends every other session: whoever changes a password because somebody knows it
// wants that somebody out.
func (r *rules) changePassword() ceremony.Definition[draft] {
	return ceremony.Definition[draft]{
		Kind:         api.ChangePassword,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword},
		Start: func(store.Tx, *ceremony.Ceremony, *draft, api.Begin) (ceremony.Move, error) {
			return ceremony.Go(enterPassword), nil
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
			r.passwordEdge(func(tx store.Tx, _ *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
				d.Password, d.Proved = a.Password, tx.Now().UTC()
				return ceremony.Go(choosePassword), nil
			}, choosePassword),
			{From: choosePassword, On: api.Password{}, To: []api.State{enterPassword, finished}, Slow: r.hashNew, Do: r.setPassword},
		},
		Path: func(store.Tx, *ceremony.Ceremony, *draft) ([]api.State, error) {
			return []api.State{enterPassword, choosePassword, finished}, nil
		},
	}
}

// A hashed is a new password that R0 allows, with its hash.
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
	if same { // whoever asks has just proved that they know it
		refusal := ceremony.Refuse(ceremony.SamePassword)
		refusal.Field = "password"
		return nil, ceremony.Reject(refusal)
	}
	if in.hash, err = r.Hasher.Hash(ctx, password); err != nil {
		return nil, fmt.Errorf("enroll: %w", err)
	}
	return in, nil
}

// setPassword replaces the password that was proved, and only that one.
func (r *rules) setPassword(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return ceremony.Move{}, err
	}
	if a.Password != d.Password {
		refusal := ceremony.Refuse(ceremony.PasswordGone)
		return ceremony.Move{To: enterPassword, Refusal: &refusal}, nil
	}
	if !tx.Now().Before(d.Proved.Add(r.Policy.Fresh)) { // R6
		return ceremony.Go(enterPassword), nil
	}
	a.Password = input.(hashed).hash
	if err := account.Save(tx, a); err != nil {
		return ceremony.Move{}, err
	}
	sessions, err := r.Sessions.EndOthers(tx, a.ID, c.Session)
	if err != nil {
		return ceremony.Move{}, fmt.Errorf("enroll: %w", err)
	}
	passwords, err := temppassword.RevokeAll(tx, a.ID)
	if err != nil {
		return ceremony.Move{}, fmt.Errorf("enroll: %w", err)
	}
	// Whatever was guessed at is gone, so the count starts anew (R43: "until it is
	// set up again").
	if err := r.Succeed(tx, a); err != nil {
		return ceremony.Move{}, err
	}
	event := audit.Event{Type: api.EventPasswordChanged, Rule: "R6"}
	move := ceremony.Move{
		To:    finished,
		Audit: []audit.Event{event},
		Send:  r.Notice(tx, c, a, event),
	}
	if sessions > 0 {
		move.Audit = append(move.Audit, audit.Event{
			Type:    api.EventSessionsEnded,
			Rule:    "R6",
			Details: map[string]string{"count": strconv.Itoa(sessions)},
		})
	}
	if passwords > 0 {
		move.Audit = append(move.Audit, audit.Event{
			Type:    api.EventTemporaryPasswordsRevoked,
			Rule:    "R6",
			Details: map[string]string{"count": strconv.Itoa(passwords)},
		})
	}
	return move, nil
}
