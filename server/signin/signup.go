package signin

import (
	"context"
	"errors"
	"fmt"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/store"
)

// signUp creates an account with a user name and a password (R0), and signs in.
func (r *rules) signUp() ceremony.Definition[draft] {
	return ceremony.Definition[draft]{
		Kind:   api.SignUp,
		Life:   life,
		Begins: []api.State{chooseCredentials},
		Start: func(store.Tx, *ceremony.Ceremony, *draft, api.Begin) (api.State, error) {
			return chooseCredentials, nil
		},
		States: []ceremony.State[draft]{
			{
				Name: chooseCredentials,
				Step: api.ChooseCredentials{},
				Show: func(store.Tx, *ceremony.Ceremony, *draft) (api.Step, error) {
					return api.ChooseCredentials{
						MinPassword: r.Policy.PasswordMin,
						MaxPassword: r.Policy.PasswordMax,
					}, nil
				},
			},
			r.end(),
		},
		Edges: []ceremony.Edge[draft]{{
			From: chooseCredentials,
			On:   api.Credentials{},
			To:   []api.State{signedIn},
			Slow: r.hashChosen,
			Do:   r.create,
		}},
		Path: func(store.Tx, *ceremony.Ceremony, *draft) ([]api.State, error) {
			return []api.State{chooseCredentials, signedIn}, nil
		},
	}
}

// chosen is Credentials that R0 allows, with the hash of the password.
type chosen struct {
	api.Credentials
	hash string
}

// hashChosen checks the name and the password, and hashes the password.
func (r *rules) hashChosen(ctx context.Context, _ ceremony.Ceremony, _ draft, input api.Input) (api.Input, error) {
	in := input.(api.Credentials)
	in.Username = account.ParseUsername(in.Username)
	if err := account.CheckUsername(in.Username); err != nil {
		return nil, ceremony.Reject(ceremony.Malformed("username",
			"A user name has 3 to 32 letters a to z, digits, dots or underscores, without accents and spaces. Choose another one."))
	}
	password, err := r.NewPassword(in.Username, in.Password)
	if err != nil {
		return nil, err
	}
	err = r.Store.View(ctx, func(tx store.Tx) error {
		switch _, err := account.ByLogin(tx, in.Username); {
		case err == nil:
			return taken()
		case !errors.Is(err, account.ErrNotFound):
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	hash, err := r.Hasher.Hash(ctx, password)
	if err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	return chosen{Credentials: in, hash: hash}, nil
}

func taken() error {
	refusal := ceremony.Refuse(ceremony.UsernameTaken)
	refusal.Field = "username"
	return ceremony.Reject(refusal)
}

// create creates the account and its first session.
func (r *rules) create(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	in := input.(chosen)
	a := account.New(in.Username, in.hash)
	switch err := account.Create(tx, a); {
	case errors.Is(err, account.ErrUsernameTaken):
		return "", taken()
	case err != nil:
		return "", err
	}
	if c.Caller.Window {
		// The first account that is created in the window becomes the server owner's.
		if err := account.ClaimOwner(tx, a.ID); err != nil {
			return "", err
		}
	}
	c.Account, d.Given = a.ID, proof.Give(tx, a)
	c.Record(audit.Event{Type: api.EventAccountCreated, Rule: "R0"}, audit.Event{Type: api.EventSignedIn})
	return r.begin(tx, c, d, a)
}
