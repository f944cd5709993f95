package signin

import (
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
	"nightlatch/server/throttle"
)

// A phone that was restored without its app key signs in with a temporary password, in place of
// password and second step (R93). It was made in an open session, with the password. No other
// first-party client may use one (R84).

// startSignIn begins a sign-in.
func startSignIn(_ store.Tx, _ *ceremony.Ceremony, d *draft, b api.Begin) (api.State, error) {
	switch b.Client {
	case "":
	case api.PhoneClient:
		d.Phone = true
	default:
		return "", ceremony.Reject(ceremony.Malformed("client", "Leave client out, or give phone for a phone that was restored."))
	}
	return enterCredentials, nil
}

// temporary looks a password up among the temporary ones. It returns the ID of a live one that a
// phone may use, or why the password is refused here; neither for any other password.
func (r *rules) temporary(tx store.Tx, accountID, password string, phone bool) (id string, refused ceremony.Reason, err error) {
	record, outcome, err := temppassword.Lookup(tx, r.Sealer, accountID, password)
	switch {
	case err != nil || outcome == temppassword.Unknown:
		return "", 0, err
	case !phone:
		return "", ceremony.TemporaryHere, nil
	case outcome != temppassword.Live:
		return "", ceremony.TemporaryOver, nil
	case record.Service != "":
		return "", ceremony.TemporaryService, nil
	}
	return record.ID, 0, nil
}

// restorePhone signs a restored phone in. The temporary password is used up, and the owner is
// told.
func (r *rules) restorePhone(tx store.Tx, c *ceremony.Ceremony, d *draft, a *account.Account, in checked) (api.State, error) {
	id, refused, err := r.temporary(tx, a.ID, in.Credentials.Password, d.Phone)
	switch {
	case err != nil:
		return "", err
	case refused != 0:
		return r.refuseOwner(c, d, "password", ceremony.Refuse(refused))
	case id == "":
		return "", ceremony.ErrAgain
	}
	if err := r.allow(tx, c, a); err != nil {
		return "", err
	}
	if err := temppassword.Revoke(tx, a.ID, id); err != nil {
		return "", err
	}
	if err := r.Succeed(tx, c, a, throttle.Password); err != nil {
		return "", err
	}
	r.Announce(tx, c, a, audit.Event{Type: api.EventPhoneRestored, Rule: "R93"})
	return r.begin(tx, c, d, a)
}
