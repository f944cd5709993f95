package enroll

import (
	"slices"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
)

// A change is how a kind of ceremony changes the account.
type change struct {
	// stale reports whether what the change replaces or removes is no longer what it was
	// when the ceremony began. Nil for a kind that only adds.
	stale func(d *draft, a *account.Account, now account.Parts) bool
	// restart drops the proofs for the stale change, and returns the step to repeat.
	restart func(tx store.Tx, d *draft, a *account.Account) (api.State, error)
	reason  ceremony.Reason // why
	write   func(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, in api.Input) (api.State, error)
}

// changes has an entry for every kind of ceremony of this package.
func (r *rules) changes() map[api.Kind]change {
	phoneStale := func(d *draft, a *account.Account, _ account.Parts) bool { return a.Edits.Phone != d.Began.Edits.Phone }
	return map[api.Kind]change{
		api.EnrollText:  {phoneStale, r.phoneAgain, ceremony.PartChanged, r.writeText},
		api.ChangePhone: {phoneStale, r.phoneAgain, ceremony.PartChanged, r.writePhone},
		api.EnrollApp: {
			func(d *draft, _ *account.Account, now account.Parts) bool {
				return now.App != "" && now.App != d.Began.App
			},
			r.appAgain, ceremony.PartChanged, r.writeApp,
		},
		api.EnrollKey: {write: r.writeKey},
		api.ChangeEmail: {
			func(d *draft, a *account.Account, _ account.Parts) bool { return a.Edits.Email != d.Began.Edits.Email },
			r.emailAgain, ceremony.PartChanged, r.writeEmail,
		},
		api.ChangePassword: {
			func(d *draft, a *account.Account, _ account.Parts) bool { return a.Password != d.Password },
			r.passwordAgain, ceremony.PasswordGone, r.writePassword,
		},
		api.TurnOff: {turnOffStale, r.confirmAgain, ceremony.Changed, r.writeTurnOff},
	}
}

// write makes the change that a ceremony is for. Its caller has checked the password (R6).
// If what it replaces has changed since the ceremony began, nothing is written: the user
// is told, and decides again (R16).
func (r *rules) write(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, in api.Input) (api.State, error) {
	k := r.changes()[c.Kind]
	if k.stale == nil {
		return k.write(tx, c, d, a, in)
	}
	now, err := account.PartsOf(tx, a)
	if err != nil {
		return "", err
	}
	if !k.stale(d, a, now) {
		return k.write(tx, c, d, a, in)
	}
	c.Refuse(ceremony.Refuse(k.reason))
	d.Began = now
	return k.restart(tx, d, a)
}

// begun makes a definition note the account's parts when a ceremony begins.
func (r *rules) begun(def ceremony.Definition[draft]) ceremony.Definition[draft] {
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

func turnOffStale(d *draft, a *account.Account, now account.Parts) bool {
	switch d.Method {
	case api.Text:
		return a.Edits.Phone != d.Began.Edits.Phone
	case api.App:
		return now.App != d.Began.App
	case api.SecurityKey:
		return !slices.Equal(now.Keys, d.Began.Keys)
	}
	return false
}
