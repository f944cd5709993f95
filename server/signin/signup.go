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
	"nightlatch/server/notice"
	"nightlatch/server/rawtext"
	"nightlatch/server/signup"
	"nightlatch/server/store"
)

// signUp creates an account with a user name and a password (R0), and signs in.
func (r *rules) signUp() ceremony.Definition[draft] {
	return ceremony.Definition[draft]{
		Kind:   api.SignUp,
		Life:   life,
		Begins: []api.State{chooseCredentials},
		Start:  r.startSignUp,
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

// startSignUp refuses clients that may not sign up (R7). The client has not
// sent a name yet, so a server with closed sign-up gives the same answer for
// every name (R42).
func (r *rules) startSignUp(tx store.Tx, c *ceremony.Ceremony, d *draft, b api.Begin) (api.State, error) {
	_, err := r.enter(tx, c.Caller, b.Invitation)
	if err == nil && rawtext.Parsed(b.Invitation) != "" {
		d.Invitation, err = account.NormalizeCode(rawtext.Parsed(b.Invitation)) // short, for the ceremony's ID
	}
	return chooseCredentials, err
}

// enter returns the client's signup.Pass, or a Rejection.
func (r *rules) enter(tx store.Tx, who ceremony.Caller, code string) (signup.Pass, error) {
	pass, err := r.door.Enter(tx, code, who.Window)
	for known, reason := range map[error]ceremony.Reason{
		signup.ErrClosed:         ceremony.SignUpClosed,
		signup.ErrNeedInvitation: ceremony.InvitationNeeded,
		signup.ErrNeedSetup:      ceremony.SetupNeeded,
		signup.ErrInvitation:     ceremony.InvitationUnknown,
		signup.ErrUsed:           ceremony.InvitationUsed,
		signup.ErrExpired:        ceremony.InvitationExpired,
	} {
		if errors.Is(err, known) {
			return pass, ceremony.Reject(ceremony.Refuse(reason))
		}
	}
	return pass, err
}

// hashChosen checks the name and the password, and hashes the password.
func (r *rules) hashChosen(ctx context.Context, c ceremony.Ceremony, d draft, input api.Input) (api.Input, error) {
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
	if err := r.askName(ctx, c, d, in.Username); err != nil {
		return nil, err
	}
	hash, err := r.Hasher.Hash(ctx, password)
	if err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	return chosen{Credentials: in, hash: hash}, nil
}

// askName refuses a name that is taken. It counts the question before it
// answers, since a client can leave before it creates the account (R42).
func (r *rules) askName(ctx context.Context, c ceremony.Ceremony, d draft, name string) error {
	var isTaken bool
	err := r.Store.Update(ctx, func(tx store.Tx) error {
		isTaken = false
		if _, err := r.enter(tx, c.Caller, d.Invitation); err != nil {
			return err
		}
		if err := r.door.Ask(tx, c.Caller.RemoteAddr); err != nil {
			return err
		}
		_, err := account.IDByLogin(tx, name)
		if isTaken = err == nil; errors.Is(err, account.ErrNotFound) {
			err = nil
		}
		return err
	})
	var tried *signup.NamesError
	switch {
	case errors.As(err, &tried):
		refusal := ceremony.Refuse(ceremony.NamesTried)
		refusal.RetryAt = &tried.RetryAt
		return ceremony.Reject(refusal)
	case err == nil && isTaken:
		return taken()
	}
	return err
}

func taken() error {
	refusal := ceremony.Refuse(ceremony.UsernameTaken)
	refusal.Field = "username"
	return ceremony.Reject(refusal)
}

// create creates the account and its first session.
func (r *rules) create(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	in := input.(chosen)
	pass, err := r.enter(tx, c.Caller, d.Invitation)
	if err != nil {
		return "", err
	}
	a := account.New(in.Username, in.hash)
	events := []audit.Event{{Type: api.EventAccountCreated, Rule: "R0"}}
	if pass.Address != "" {
		a.Email = pass.Address
		a.EmailConfirmed = pass.Proved
	}
	switch err := account.Create(tx, a); {
	case errors.Is(err, account.ErrUsernameTaken):
		return "", taken()
	case err != nil:
		return "", err
	}
	if pass.Owner {
		claimed, err := account.ClaimOwner(tx, a.ID)
		if err != nil {
			return "", err
		}
		if claimed {
			events = append(events, audit.Event{Type: api.EventOwnerMade, Rule: "R7"})
		}
	}
	if a.EmailConfirmed {
		events = append(events, audit.Event{Type: api.EventEmailConfirmed, Rule: "R4", Details: map[string]string{"address": account.MaskEmail(a.Email)}})
	}
	if err := r.useInvitation(tx, c, pass, a); err != nil {
		return "", err
	}
	if err := r.door.Made(tx, c.Caller.RemoteAddr); err != nil {
		return "", err
	}
	c.Account, d.Given = a.ID, proof.Give(tx, a)
	c.Record(append(events, audit.Event{Type: api.EventSignedIn})...)
	return r.begin(tx, c, d, a)
}

// useInvitation uses up the invitation of a pass, and notifies the account
// that invited.
func (r *rules) useInvitation(tx store.Tx, c *ceremony.Ceremony, pass signup.Pass, made *account.Account) error {
	invited, err := r.door.Use(tx, pass)
	if err != nil || !invited {
		return err
	}
	host, err := account.Load(tx, pass.By)
	if errors.Is(err, account.ErrNotFound) { // the operator invited, or the account is gone
		return nil
	}
	if err != nil {
		return err
	}
	return r.announcer.Announce(tx, host, notice.Origin{Client: c.Caller.Client, RemoteAddr: c.Caller.RemoteAddr}, audit.Event{
		Type: api.EventInviteUsed, Rule: "R7",
		Details: map[string]string{"address": account.MaskEmail(pass.Address), "account": made.Username},
	})
}
