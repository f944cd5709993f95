package throttle

import (
	"nightlatch/server/device"
	"nightlatch/server/store"
)

// Remember records that a session began on the device that showed a token ("" without
// one), and returns the token for its next sign-in. The count of a device that is forgotten
// for it stays until it expires; nobody finds it any more.
func (k *Keeper) Remember(tx store.Tx, accountID, shown, session string) (token string, err error) {
	return device.Remember(tx, k.sealer, accountID, shown, session)
}

// RememberProgram records that a program signed in with the account password.
func (k *Keeper) RememberProgram(tx store.Tx, accountID string, p device.Program) error {
	return device.RememberProgram(tx, k.sealer, accountID, p)
}

// ForgetOthers forgets every device of an account except the one that the session began
// on; all of them if session is "".
func ForgetOthers(tx store.Tx, accountID, session string) error {
	return device.Devices.ForgetIf(tx, accountID, func(d device.Entry) bool { return session == "" || d.Session != session })
}

// ForgetSession forgets the device that a session began on, because somebody else than
// its user ended the session.
func ForgetSession(tx store.Tx, accountID, session string) error {
	return device.Devices.ForgetIf(tx, accountID, func(d device.Entry) bool { return d.Session == session })
}
