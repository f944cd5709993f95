package main

import (
	"context"
	"fmt"
	"os/signal"
	"syscall"

	"nightlatch/app/secret"
)

const adminHelp = `Usage: nightlatch admin VERB [flags]

%s
A running server does the work itself. If none runs with the data, this program opens
them, and no server can start meanwhile. %s
`

// An adminCommand is one run of `nightlatch admin`.
type adminCommand struct {
	terminal
	// From the command line. Each verb sets some of these.
	dir     string        // --data
	file    string        // FILE
	yes     bool          // --yes
	from    secret.Source // --password-from, --token-from
	urlFrom secret.Source // --url-from
	backups backupCommand
	request adminRequest

	needsData bool // the verb works on a data directory
	unchecked bool // there was no room to check the database of a backup
}

// admin runs `nightlatch admin VERB`, in the running server or here. Access to the files of
// the data directory is the only authorisation it needs.
func (t terminal) admin(args []string) error {
	c := &adminCommand{terminal: t}
	v, help, err := adminVerbs.parse(t, "admin", c, args)
	if help {
		fmt.Fprintf(t.out, adminHelp, adminVerbs.help(), withoutData(adminDirectory))
	}
	if err != nil || help {
		return err
	}
	if c.needsData && c.dir == "" {
		if c.dir, err = adminDirectory(); err != nil {
			return err
		}
	}
	if err := disableCoreDumps(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx = t.tellOfKeyring(ctx, nil)
	if c.needsData {
		if err := awaitDisk(ctx, c.dir, t.say); err != nil {
			return err
		}
	}
	switch {
	case v.operation == nil:
		return v.run(c, ctx)
	case v.here != nil && c.file != "":
		return v.here(c, ctx)
	}
	if v.ask != nil {
		if err := v.ask(c, ctx); err != nil {
			return err
		}
	}
	if err := c.operate(ctx, v); err != nil || v.finish == nil {
		return err
	}
	return v.finish(c)
}

// withoutData returns a sentence with the default data directory, for the help.
func withoutData(standard func() (string, error)) string {
	dir, err := standard()
	if err != nil {
		return "There is no home directory here, so --data is needed."
	}
	return "Without --data it is " + dir + "."
}

// verifyBackup checks a backup as verify checks a database.
func (c *adminCommand) verifyBackup(ctx context.Context) error {
	parts, done, err := c.openBackup(ctx)
	if err != nil {
		return err
	}
	defer done()
	u, err := c.unpack(ctx, parts, "", "nightlatch-check-*")
	if err != nil {
		return c.explainOpening(err)
	}
	m := u.contents.Manifest
	fmt.Fprintf(c.out, "%s: a backup of %s, made at %s; database consistent, audit chains intact, and its key fits\n", c.file, counted(m.Accounts, "account"), m.Made.Format("2006-01-02 15:04:05 UTC"))
	return u.remove()
}
