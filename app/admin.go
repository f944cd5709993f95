package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"nightlatch/app/secret"
	"nightlatch/server/audit"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
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
	request adminRequest

	needsData bool // the verb works on a data directory
}

// admin runs `nightlatch admin VERB`, in the running server or here. Access to the files of
// the data directory is the only authorisation it needs.
func (t terminal) admin(args []string) error {
	c := &adminCommand{terminal: t}
	v, help, err := adminVerbs.parse(t, "admin", c, args)
	if help {
		fmt.Fprintf(t.out, adminHelp, adminVerbs.help(), withoutData())
	}
	if err != nil || help {
		return err
	}
	if c.needsData && c.dir == "" {
		if c.dir, err = dataDirectory(); err != nil {
			return err
		}
	}
	if err := disableCoreDumps(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if v.operation == nil {
		return v.run(c, ctx)
	}
	if v.ask != nil {
		if err := v.ask(c, ctx); err != nil {
			return err
		}
	}
	return c.operate(ctx, v)
}

// withoutData returns a sentence with the default data directory, for the help.
func withoutData() string {
	dir, err := dataDirectory()
	if err != nil {
		return "There is no home directory here, so --data is needed."
	}
	return "Without --data it is " + dir + "."
}

// open opens a database that exists.
func (c *adminCommand) open(ctx context.Context) (*bolt.Store, *seal.Sealer, error) {
	if err := needDatabase(c.dir); err != nil {
		return nil, nil, err
	}
	s, keys, err := openStore(ctx, c.dir, time.Now, true, nil)
	return s, keys, explainData(c.dir, err)
}

// verify checks the database file and the audit chain of every account.
func (o *operator) verify(ctx context.Context, _ adminRequest) error {
	if err := o.store.Check(ctx); err != nil {
		return refuse(err, "The database in %s is not consistent: %v. Restore a backup.", o.dir, err)
	}
	accounts, err := accountIDs(ctx, o.store)
	if err != nil {
		return err
	}
	for _, id := range accounts {
		err := audit.Verify(ctx, o.store, id)
		var broken *audit.BrokenError
		if errors.As(err, &broken) {
			return refuse(err, "The audit chain of account %s is broken at record %d: a record was changed or removed. Compare with a backup.", id, broken.Seq)
		}
		if err != nil {
			return err
		}
	}
	o.report.say(fmt.Sprintf("database consistent, %d audit chains intact", len(accounts)))
	return nil
}

// accountIDs lists the IDs of all accounts.
func accountIDs(ctx context.Context, s store.Store) ([]string, error) {
	const prefix = "acct/"
	var ids []string
	for after := ""; ; {
		found := ""
		err := s.View(ctx, func(tx store.Tx) error {
			items, err := tx.Scan(prefix, after, 1)
			if len(items) > 0 {
				found, _, _ = strings.Cut(strings.TrimPrefix(items[0].Key, prefix), "/")
			}
			return err
		})
		if err != nil || found == "" {
			return ids, err
		}
		ids = append(ids, found)
		after = prefix + found + "/\xff" // after all keys of this account
	}
}
