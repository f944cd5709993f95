package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"nightlatch/server"
	"nightlatch/server/account"
)

// unlock unlocks an account that was locked after too many failures (R43).
func (c *adminCommand) unlock(ctx context.Context) error {
	return c.operate(ctx, (*server.Server).Unlock,
		"%s is unlocked. The user is notified when the server runs next.\n",
		"%s has no wrong tries: nothing was changed.\n")
}

// resetTwoFactor turns two-factor authentication off for a user who has lost every
// second step (R102).
func (c *adminCommand) resetTwoFactor(ctx context.Context) error {
	return c.operate(ctx, (*server.Server).ResetTwoFactor,
		"%s signs in with the password alone now. Backup codes and temporary passwords are void.\n"+
			"The user is notified when the server runs next, and should set up a second step soon.\n",
		"Two-factor authentication of %s is off already: nothing was changed.\n")
}

// operate opens the server and calls do with the account of --user. It prints done if do
// succeeded, or unchanged if there was nothing to do. Both have a %s for the user name.
func (c *adminCommand) operate(ctx context.Context, do func(*server.Server, context.Context, string) error, done, unchanged string) error {
	if err := c.needDatabase(); err != nil {
		return err
	}
	inst, err := openInstance(ctx, instanceConfig{
		dir: c.dir, maintenance: true, policy: account.Classic(), keepMail: true, log: slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	err = do(inst.server, ctx, c.user)
	message := done
	switch {
	case errors.Is(err, server.ErrNoChange):
		message, err = unchanged, nil
	case errors.Is(err, account.ErrNotFound):
		err = refuse(err, "There is no account named %s. Check the name; upper and lower case do not matter.", c.user)
	}
	if err := explainData(c.dir, errors.Join(err, inst.close())); err != nil {
		return err
	}
	fmt.Fprintf(c.out, message, c.user)
	return nil
}
