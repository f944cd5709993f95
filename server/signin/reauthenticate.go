package signin

import (
	"context"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/store"
)

// reauthenticate proves the password again in a session (R3, R6). It always asks for it.
func (r *rules) reauthenticate() ceremony.Definition[struct{}] {
	type nothing = struct{}
	return ceremony.Definition[nothing]{
		Kind:         api.Reauthenticate,
		NeedsSession: true,
		Life:         life,
		Begins:       []api.State{enterPassword},
		Start: func(store.Tx, *ceremony.Ceremony, *nothing, api.Begin) (api.State, error) {
			return enterPassword, nil
		},
		States: []ceremony.State[nothing]{
			{
				Name: enterPassword,
				Step: api.EnterPassword{},
				Show: func(tx store.Tx, c *ceremony.Ceremony, _ *nothing) (api.Step, error) {
					a, err := account.Load(tx, c.Account)
					if err != nil {
						return nil, err
					}
					return api.EnterPassword{Username: a.Username}, nil
				},
			},
			{
				Name: finished,
				Step: api.Finished{},
				End:  true,
				Show: func(store.Tx, *ceremony.Ceremony, *nothing) (api.Step, error) { return api.Finished{}, nil },
			},
		},
		Edges: []ceremony.Edge[nothing]{{
			From: enterPassword,
			On:   api.Password{},
			To:   []api.State{finished},
			Slow: func(ctx context.Context, c ceremony.Ceremony, _ nothing, in api.Input) (api.Input, error) {
				return r.SlowPassword(ctx, c, in.(api.Password))
			},
			Do: func(tx store.Tx, c *ceremony.Ceremony, _ *nothing, in api.Input) (api.State, error) {
				right, err := r.Password(tx, c, in.(proof.CheckedPassword))
				if err != nil || !right {
					return "", err
				}
				return finished, nil
			},
		}},
		Path: func(store.Tx, *ceremony.Ceremony, *nothing) ([]api.State, error) {
			return []api.State{enterPassword, finished}, nil
		},
	}
}
