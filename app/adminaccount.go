package main

import (
	"context"
	"errors"
	"fmt"

	"nightlatch/server"
)

// unlock unlocks an account that was locked after too many failures (R43).
func (o *operator) unlock(ctx context.Context, r adminRequest) error {
	told, err := o.server.Unlock(ctx, r.User)
	return o.changed(err, told,
		fmt.Sprintf("%s is unlocked.", r.User),
		fmt.Sprintf("%s has no wrong tries: nothing was changed.", r.User))
}

// endSessions ends all sessions of an account (R44).
func (o *operator) endSessions(ctx context.Context, r adminRequest) error {
	told, err := o.server.EndSessions(ctx, r.User)
	return o.changed(err, told,
		fmt.Sprintf("Every session of %s has ended, and all remembered devices of the account were forgotten.", r.User),
		fmt.Sprintf("%s is not signed in anywhere: nothing was changed.", r.User))
}

// resetTwoFactor turns two-factor authentication off for a user who has lost every
// second step (R102).
func (o *operator) resetTwoFactor(ctx context.Context, r adminRequest) error {
	told, err := o.server.ResetTwoFactor(ctx, r.User)
	return o.changed(err, told,
		fmt.Sprintf("%s now signs in with the password alone and should set up a second step soon. Backup codes and temporary passwords are void.", r.User),
		fmt.Sprintf("Two-factor authentication of %s is off already: nothing was changed.", r.User))
}

// changed prints what an operation changed in an account and how the owner is notified, or
// that nothing had to be changed.
func (o *operator) changed(err error, told server.Told, done, unchanged string) error {
	switch {
	case errors.Is(err, server.ErrNoChange):
		o.report.say(unchanged)
		return nil
	case err != nil:
		return err
	}
	o.report.say(done)
	o.report.say(o.told(told))
	return nil
}
