package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// next returns the first requirement of a ceremony that is not met yet: a recently proved
// password (R3, R6), for enrolments a confirmed address (R4), then the ceremony's own
// step. Edges that meet a requirement end with it.
func (r *rules) next(tx store.Tx, c *ceremony.Ceremony, d *draft) (api.State, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	// An enrolment asks for the password once, before the address. It does not ask
	// again if confirming the address took longer than the proof of the password is
	// valid.
	if c.State != emailCode || c.Kind == api.ChangeEmail {
		recent, err := r.RecentlyAuthenticated(tx, c)
		if err != nil || !recent {
			return enterPassword, err
		}
	}
	// A new number whose code was right is taken over even if the address no longer counts,
	// because a mail server was set up meanwhile: the address was asked for before.
	if enrols(c.Kind) && !d.CodeProved && !r.Confirmed(a) {
		return enterEmail, nil
	}
	return r.ownStep(tx, c, d, a)
}

// enrols reports whether a kind of ceremony turns a method on.
func enrols(kind api.Kind) bool {
	return kind == api.EnrollText || kind == api.EnrollApp || kind == api.EnrollKey
}

// ownStep goes to the ceremony's own step, after its requirements are met. If the code
// for a number or address was already right and only the password was missing, the
// number or address is saved now.
func (r *rules) ownStep(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	switch c.Kind {
	case api.EnrollText:
		if d.CodeProved {
			return r.replacePhone(tx, c, d, a)
		}
		return r.enterText(tx, c, d, a)
	case api.EnrollApp:
		return enterApp(d)
	case api.EnrollKey:
		return r.enterKey(tx, d, a)
	case api.ChangePassword:
		d.Password, d.Proved = a.Password, tx.Now().UTC()
		return choosePassword, nil
	case api.ChangeEmail:
		if d.CodeProved {
			return r.replaceEmail(tx, c, d, a)
		}
		return enterEmail, nil
	case api.ChangePhone:
		if d.CodeProved {
			return r.replacePhone(tx, c, d, a)
		}
		return enterPhone, nil
	}
	return askConfirm(tx, d, a) // api.TurnOff
}

// start begins a ceremony that changes something with its first unmet requirement.
func (r *rules) start(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Begin) (api.State, error) {
	return r.next(tx, c, d)
}
