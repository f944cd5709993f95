package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// startAt begins with a state, or with the password if it was not proved lately
// (R6).
func (r *rules) startAt(s api.State) func(store.Tx, *ceremony.Ceremony, *draft, api.Begin) (ceremony.Move, error) {
	return func(tx store.Tx, c *ceremony.Ceremony, _ *draft, _ api.Begin) (ceremony.Move, error) {
		fresh, err := r.RecentlyAuthenticated(tx, c)
		if err != nil || fresh {
			return ceremony.Go(s), err
		}
		return ceremony.Go(enterPassword), nil
	}
}

// lately makes a change whose code was right, if the password was proved lately.
// Codes outlast that proof, and then the change waits for the password (R6).
func (r *rules) lately(change enter) enter {
	return func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
		switch fresh, err := r.RecentlyAuthenticated(tx, c); {
		case err != nil:
			return ceremony.Move{}, err
		case fresh:
			return change(tx, c, d, a)
		}
		d.Confirmed = true
		return ceremony.Go(enterPassword), nil
	}
}

// confirmedOr leads on from the password: to the change, if that alone was missing.
func confirmedOr(change, next enter) enter {
	return func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (ceremony.Move, error) {
		if d.Confirmed {
			return change(tx, c, d, a)
		}
		return next(tx, c, d, a)
	}
}

// goTo enters a state that needs no preparation.
func goTo(s api.State) enter {
	return func(store.Tx, *ceremony.Ceremony, *draft, *account.Account) (ceremony.Move, error) {
		return ceremony.Go(s), nil
	}
}
