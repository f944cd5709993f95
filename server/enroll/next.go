package enroll

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// next returns the first requirement of a ceremony that is not met: a recently
// proved password (R3, R6), for enrolments an address (R4), then the
// ceremony's own steps. If all are met, it makes the change. Every edge that
// meets a requirement ends with next, and passes its input on.
func (r *rules) next(tx store.Tx, c *ceremony.Ceremony, d *draft, in api.Input) (api.State, error) {
	a, err := account.Load(tx, c.Account)
	if err != nil {
		return "", err
	}
	if proved, err := r.proved(tx, c, d, a); err != nil || !proved {
		d.Confirmed = false // the consequences are shown once more
		return r.askPassword(c), err
	}
	if enrols(c.Kind) && !r.HasAddress(a) {
		switch {
		case d.EmailProved:
			if err := r.confirmEmail(tx, c, d, a); err != nil {
				return "", err
			}
		case !d.PhoneProved && d.AppStep == 0 && d.Label == "":
			// Asked only before a method is proved. A proved method is turned on even if the
			// address no longer counts, because a mail server was set up meanwhile.
			return enterEmail, nil
		}
	}
	if to, err := r.missing(tx, c, d, a); err != nil || to != "" {
		return to, err
	}
	return r.write(tx, c, d, a, in)
}

// proved reports whether the password counts as proved now. A password that was entered in the
// ceremony counts there for 30 minutes (R3). One that was entered earlier in its session counts
// for 10 (R6); an enrolment that replaces nothing needs that only to begin.
func (r *rules) proved(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (bool, error) {
	if r.Holds(tx, a, d.Given) {
		return true, nil
	}
	given, recent, err := r.FromSession(tx, c, a)
	if err == nil && recent && enrols(c.Kind) && !r.replacesPhone(c, d, a) {
		d.Given = given
	}
	return recent, err
}

func (r *rules) replacesPhone(c *ceremony.Ceremony, d *draft, a *account.Account) bool {
	return c.Kind == api.EnrollText && a.PhoneVerified && (a.TextOn || d.Phone.To != "" && d.Phone.To != a.Phone)
}

// askPassword returns the password's step. If the ceremony was past it, the view has the reason.
func (r *rules) askPassword(c *ceremony.Ceremony) api.State {
	if c.State != "" && c.State != overview && c.State != enterPassword {
		c.Notify(ceremony.Refuse(ceremony.PasswordAgain))
	}
	return enterPassword
}

// enrols reports whether a kind of ceremony turns a method on.
func enrols(kind api.Kind) bool {
	return kind == api.EnrollText || kind == api.EnrollApp || kind == api.EnrollKey
}

// missing returns the first unanswered step of the ceremony itself, "" if the change can be
// made.
func (r *rules) missing(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account) (api.State, error) {
	switch c.Kind {
	case api.EnrollText:
		if !d.PhoneProved {
			return r.enterText(tx, c, d, a)
		}
	case api.EnrollApp:
		if d.AppStep == 0 {
			return enterApp(tx, d, a)
		}
	case api.EnrollKey:
		if d.Credential == nil {
			return r.enterKey(tx, d, a)
		}
		if d.Label == "" {
			return nameKey, nil
		}
	case api.ChangePassword:
		if d.Hash == "" {
			d.Password = a.Password
			return choosePassword, nil
		}
	case api.ChangeEmail:
		if !d.EmailProved {
			return enterEmail, nil
		}
	case api.ChangePhone:
		if !d.PhoneProved {
			return enterPhone, nil
		}
	case api.TurnOff:
		if on, err := r.isOn(tx, a, d.Method); err != nil || !on { // turned off in another way meanwhile
			return finished, err
		}
		if !d.Confirmed {
			return r.askConfirm(tx, d, a)
		}
	}
	return "", nil
}

// start begins a ceremony that changes something with its first unmet requirement.
func (r *rules) start(tx store.Tx, c *ceremony.Ceremony, d *draft, _ api.Begin) (api.State, error) {
	return r.next(tx, c, d, nil)
}
