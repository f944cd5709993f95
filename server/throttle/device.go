package throttle

import (
	"nightlatch/server/device"
	"nightlatch/server/store"
)

// Remember records that a session began on a device, and returns the token for
// its next sign-in. shown is the token that the device sent, or "". If the
// oldest device is forgotten to make room, its count stays until it expires,
// unused.
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

// ForgetSession forgets the device that a session began on. It is called when
// another client ends the session.
func ForgetSession(tx store.Tx, accountID, session string) error {
	return device.Devices.ForgetIf(tx, accountID, func(d device.Entry) bool { return d.Session == session })
}
