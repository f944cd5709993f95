package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"nightlatch/server"
	"nightlatch/server/account"
)

// unlock opens an account again that too many failures have locked (R43).
func (c *adminCommand) unlock(ctx context.Context) error {
	return c.operate(ctx, "unlock", (*server.Server).Unlock,
		"%s is open again. Whoever it belongs to is told when the server runs next.\n",
		"%s has had no wrong tries: nothing was changed.\n")
}

// resetTwoFactor turns two-factor authentication of an account off, for an owner
// who has lost every second step (R102).
func (c *adminCommand) resetTwoFactor(ctx context.Context) error {
	if c.user != "" && !c.yes {
		return usagef("reset-two-factor needs --yes: %s will sign in with the password alone, and every second step, backup code and temporary password goes", c.user)
	}
	return c.operate(ctx, "reset-two-factor", (*server.Server).ResetTwoFactor,
		"%s signs in with the password alone now. Backup codes and temporary passwords are void.\n"+
			"Whoever it belongs to is told when the server runs next, and should set up a second step soon.\n",
		"%s has no two-factor authentication on: nothing was changed.\n")
}

// operate does something to the account of --user with the server's own rules,
// and says in the words done or same how that went.
func (c *adminCommand) operate(ctx context.Context, verb string, do func(*server.Server, context.Context, string) error, done, same string) error {
	if c.user == "" {
		return usagef("%s needs a user name: --user NAME", verb)
	}
	if _, err := os.Stat(filepath.Join(c.dir, databaseName)); errors.Is(err, fs.ErrNotExist) {
		return refuse(err, "There is no database in %s. Give its directory with --data.", c.dir)
	}
	inst, err := openInstance(ctx, instanceConfig{
		dir: c.dir, brief: true, policy: account.Classic(), keepMail: true, log: slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	err = do(inst.server, ctx, c.user)
	said := done
	switch {
	case errors.Is(err, server.ErrNoChange):
		said, err = same, nil
	case errors.Is(err, account.ErrNotFound):
		err = refuse(err, "There is no account named %s. Check the name; admin takes it in any case.", c.user)
	}
	if err := explainData(c.dir, errors.Join(err, inst.close())); err != nil {
		return err
	}
	fmt.Fprintf(c.out, said, c.user)
	return nil
}
