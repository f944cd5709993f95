package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

const adminHelp = `Usage: nightlatch admin VERB [flags]

%s
Stop the server first: admin needs exclusive access to the data directory. %s
`

// An adminCommand is one run of `nightlatch admin`.
type adminCommand struct {
	terminal
	// From the command line. Each verb sets some of these.
	dir  string // --data
	file string // FILE
	user string // --user
	mail delivery.MailSettings
	text delivery.TextSettings
	off  bool // --off
	yes  bool // --yes

	needsData bool // the verb works on a data directory
}

// admin runs `nightlatch admin VERB`. Access to the files of the data directory is the
// only authorisation it needs.
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
	err = v.run(c, ctx)
	if errors.Is(err, store.ErrInUse) {
		return refuse(err, "Stop the server first: one is running with the data in %s, and admin needs exclusive access to them.", c.dir)
	}
	return err
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
	if err := c.needDatabase(); err != nil {
		return nil, nil, err
	}
	s, keys, err := openStore(ctx, c.dir, time.Now, true, nil)
	return s, keys, explainData(c.dir, err)
}

// needDatabase refuses a data directory without a database.
func (c *adminCommand) needDatabase() error {
	if _, err := os.Stat(filepath.Join(c.dir, databaseName)); errors.Is(err, fs.ErrNotExist) {
		return refuse(err, "There is no database in %s. Give its directory with --data.", c.dir)
	}
	return nil
}

// verify checks the database file and the audit chain of every account.
func (c *adminCommand) verify(ctx context.Context) error {
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return refuse(err, "The database in %s is not consistent: %v. Restore a backup.", c.dir, err)
	}
	accounts, err := accountIDs(ctx, s)
	if err != nil {
		return err
	}
	for _, id := range accounts {
		err := audit.Verify(ctx, s, id)
		var broken *audit.BrokenError
		if errors.As(err, &broken) {
			return refuse(err, "The audit chain of account %s is broken at record %d: a record was changed or removed. Compare with a backup.", id, broken.Seq)
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "database consistent, %d audit chains intact\n", len(accounts))
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
