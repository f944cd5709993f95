package throttle

import (
	"fmt"

	"nightlatch/server/device"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
)

// Remember records that a session began on the device that showed a token ("" without
// one), and returns the token for its next sign-in.
func (k *Keeper) Remember(tx store.Tx, accountID, shown, session string) (token string, err error) {
	token, dropped, err := device.Remember(tx, k.sealer, accountID, shown, session)
	if err != nil || dropped == "" {
		return token, err
	}
	return token, clear(tx, dropped)
}

// Forget forgets the devices for which drop returns true, with their counts.
func Forget(tx store.Tx, accountID string, drop func(device.Device) bool) error {
	ids, err := device.ForgetIf(tx, accountID, drop)
	if err != nil {
		return err
	}
	return clear(tx, ids...)
}

// ForgetOthers forgets every device of an account except the one that the session began
// on; all of them if session is "".
func ForgetOthers(tx store.Tx, accountID, session string) error {
	return Forget(tx, accountID, func(d device.Device) bool { return session == "" || d.Session != session })
}

// ForgetSession forgets the device that a session began on, because somebody else than
// its user ended the session.
func ForgetSession(tx store.Tx, accountID, session string) error {
	return Forget(tx, accountID, func(d device.Device) bool { return d.Session == session })
}

// clear deletes the counts of devices.
func clear(tx store.Tx, devices ...string) error {
	for _, id := range devices {
		c := ratelimit.Counter{Limit: ratelimit.Limit{Name: deviceLimit}, Subject: id}
		if err := c.Reset(tx); err != nil {
			return fmt.Errorf("throttle: %w", err)
		}
	}
	return nil
}
