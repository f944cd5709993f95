package enroll

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
)

// A change describes how a kind of ceremony changes the account.
type change struct {
	// stale reports whether the part that the change replaces or removes has changed since
	// the ceremony began. Nil for a kind that only adds.
	stale func(tx store.Tx, d *draft, a *account.Account, now account.Parts) (bool, error)
	// restart drops the proofs for the stale change, and returns the step to repeat.
	restart func(tx store.Tx, d *draft, a *account.Account) (api.State, error)
	reason  ceremony.Reason // why
	write   func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, in api.Input) (api.State, error)
}

// changes has an entry for every kind of ceremony of this package.
func (r *rules) changes() map[api.Kind]change {
	phoneStale := func(_ store.Tx, d *draft, a *account.Account, _ account.Parts) (bool, error) {
		return a.Edits.Phone != d.Began.Edits.Phone, nil
	}
	return map[api.Kind]change{
		api.EnrollText:  {phoneStale, r.phoneAgain, ceremony.PartChanged, r.writeText},
		api.ChangePhone: {phoneStale, r.phoneAgain, ceremony.PartChanged, r.writePhone},
		api.EnrollApp: {
			func(_ store.Tx, d *draft, _ *account.Account, now account.Parts) (bool, error) {
				return now.App != "" && now.App != d.Began.App, nil
			},
			r.appAgain, ceremony.PartChanged, r.writeApp,
		},
		api.EnrollKey: {write: r.writeKey},
		api.ChangeEmail: {
			func(_ store.Tx, d *draft, a *account.Account, _ account.Parts) (bool, error) {
				return a.Edits.Email != d.Began.Edits.Email, nil
			},
			r.emailAgain, ceremony.PartChanged, r.writeEmail,
		},
		api.ChangePassword: {
			func(_ store.Tx, d *draft, a *account.Account, _ account.Parts) (bool, error) {
				return a.Password != d.Password, nil
			},
			r.passwordAgain, ceremony.PasswordGone, r.writePassword,
		},
		api.TurnOff: {turnOffStale, r.confirmAgain, ceremony.Changed, r.writeTurnOff},
	}
}

// write makes the change of a ceremony. Its caller has checked the password (R6). If the part
// to replace has changed since the ceremony began, it writes nothing, and the user decides
// again (R16).
func (r *rules) write(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, in api.Input) (api.State, error) {
	k := r.changes()[c.Kind]
	stale, now, err := k.isStale(tx, d, a)
	if err != nil {
		return "", err
	}
	if !stale {
		return k.write(tx, c, d, a, in)
	}
	c.Refuse(ceremony.Refuse(k.reason))
	d.Began = now
	return k.restart(tx, d, a)
}

// isStale reports whether the part to replace or remove was changed in another way.
func (k change) isStale(tx store.Tx, d *draft, a *account.Account) (stale bool, now account.Parts, err error) {
	if k.stale == nil {
		return false, now, nil
	}
	if now, err = account.PartsOf(tx, a); err != nil {
		return false, now, err
	}
	stale, err = k.stale(tx, d, a, now)
	return stale, now, err
}

// begun extends a definition: it stores the counters of the account's parts when a ceremony
// begins, and detects changes.
func (r *rules) begun(def ceremony.Definition[draft]) ceremony.Definition[draft] {
	def.Stands, def.Move, def.Moves, def.Notice = r.stands, r.move, moves(def.Kind), r.notice
	start := def.Start
	def.Start = func(tx store.Tx, c *ceremony.Ceremony, d *draft, b api.Begin) (api.State, error) {
		a, err := account.Load(tx, c.Account)
		if err != nil {
			return "", err
		}
		if d.Began, err = account.PartsOf(tx, a); err != nil {
			return "", err
		}
		return start(tx, c, d, b)
	}
	return def
}

// turnOffStale also reports whether more would be lost than the step showed (R61).
func turnOffStale(tx store.Tx, d *draft, a *account.Account, now account.Parts) (bool, error) {
	lost, err := twofactor.Consequences(tx, a, d.Method)
	stale := !allShown(d.Consequences, lost)
	switch d.Method {
	case api.Text:
		stale = stale || a.Edits.Phone != d.Began.Edits.Phone
	case api.App:
		stale = stale || now.App != d.Began.App
	case api.SecurityKey:
		stale = stale || !slices.Equal(now.Keys, d.Began.Keys)
	}
	return stale, err
}
