package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

// adminVerbs are what the owner of the machine can do. Each works on a data
// directory that nothing else uses: the file system is the authorisation.
var adminVerbs = []struct {
	name, synopsis string
	run            func(*adminCommand, context.Context) error
	arguments      int
}{
	{"verify", "verify [--data DIR]", (*adminCommand).verify, 0},
	{"backup", "backup [--data DIR] FILE", (*adminCommand).backup, 1},
	{"restore", "restore [--data DIR] FILE", (*adminCommand).restore, 1},
	{"set-mail", "set-mail [--data DIR] --addr HOST:PORT --from ADDRESS [--tls MODE] [--user NAME] < PASSWORD", (*adminCommand).setMail, 0},
	{"set-text-gateway", "set-text-gateway [--data DIR] --url URL < TOKEN", (*adminCommand).setText, 0},
	{"set-owner", "set-owner [--data DIR] --user NAME", (*adminCommand).setOwner, 0},
	{"unlock", "unlock [--data DIR] --user NAME", (*adminCommand).unlock, 0},
	{"reset-two-factor", "reset-two-factor [--data DIR] --user NAME --yes", (*adminCommand).resetTwoFactor, 0},
	{"udev-rule", "udev-rule", (*adminCommand).udevRule, 0},
}

// An adminCommand is one run of `nightlatch admin`.
type adminCommand struct {
	terminal
	dir  string
	file string // the argument, where there is one
	mail delivery.MailSettings
	text delivery.TextSettings
	user string // whose account
	off  bool
	yes  bool
}

func (t terminal) admin(args []string) error {
	var names []string
	for _, v := range adminVerbs {
		names = append(names, v.name)
	}
	if len(args) == 0 {
		return usagef("admin needs a verb: %s", strings.Join(names, ", "))
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		fmt.Fprint(t.out, "Usage: nightlatch admin VERB [flags]\n\n")
		for _, v := range adminVerbs {
			fmt.Fprintf(t.out, "  %s\n", v.synopsis)
		}
		fmt.Fprintf(t.out, "\nStop the server first: a data directory has room for one program. %s\n", withoutData())
		return nil
	}
	at := slices.Index(names, args[0])
	if at < 0 {
		return usagef("admin has no verb %q: it has %s", args[0], strings.Join(names, ", "))
	}
	verb := adminVerbs[at]
	c := &adminCommand{terminal: t}
	f := t.flags("admin "+verb.name, "admin "+verb.synopsis)
	if verb.name != "udev-rule" { // which has to do with the computer, not with data
		f.StringVar(&c.dir, "data", "", "data `directory`. "+withoutData())
	}
	switch verb.name {
	case "set-mail":
		f.StringVar(&c.mail.Addr, "addr", "", "mail server, as `host:port`")
		f.StringVar((*string)(&c.mail.TLS), "tls", string(delivery.StartTLS), "starttls, tls, or none on this machine only")
		f.StringVar(&c.mail.From, "from", "", "the sender's `address`")
		f.StringVar(&c.mail.Username, "user", "", "user `name`; its password is read from standard input")
		f.BoolVar(&c.off, "off", false, "send no more mail")
	case "set-owner":
		f.StringVar(&c.user, "user", "", "user `name` of the account that may set up mail and texts in the window")
	case "unlock":
		f.StringVar(&c.user, "user", "", "user `name` of the account to open again after too many wrong tries")
	case "reset-two-factor":
		f.StringVar(&c.user, "user", "", "user `name` of the account whose second steps are to be turned off")
		f.BoolVar(&c.yes, "yes", false, "every second step, backup code and temporary password of the account may go")
	case "set-text-gateway":
		f.StringVar(&c.text.URL, "url", "", "`URL` that takes {\"to\",\"body\"}; its bearer token is read from standard input")
		f.BoolVar(&c.off, "off", false, "send no more texts")
	}
	if err := c.parse(f, args[1:], verb.arguments == 1); err != nil {
		return err
	}
	if verb.arguments == 1 && c.file == "" {
		return usagef("admin %s needs a FILE: nightlatch admin %s", verb.name, verb.synopsis)
	}
	if c.dir == "" && f.Lookup("data") != nil {
		var err error
		if c.dir, err = dataDirectory(); err != nil {
			return err
		}
	}
	if err := disableCoreDumps(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := verb.run(c, ctx)
	if errors.Is(err, store.ErrInUse) {
		return refuse(err, "Stop the server first: one is running with the data in %s, and nothing else can use them meanwhile.", c.dir)
	}
	return err
}

// parse reads flags, and the file if the verb takes one: before or after them.
func (c *adminCommand) parse(f *flag.FlagSet, args []string, file bool) error {
	if file && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		c.file, args = args[0], args[1:]
		file = false
	}
	usage := f.Usage
	f.Usage = func() {} // it is printed below, once
	// What follows the flags is one argument too many, unless it is the file.
	if at := len(args) - 1; file && at >= 0 && f.Parse(args) == nil && f.NArg() == 1 {
		c.file, args = args[at], args[:at]
	}
	f.Usage = usage
	return parse(f, args)
}

// withoutData says which data directory is used where none is named.
func withoutData() string {
	dir, err := dataDirectory()
	if err != nil {
		return "There is no home directory here, so name one with --data."
	}
	return "Without --data it is " + dir + "."
}

// open opens a database that is there already.
func (c *adminCommand) open(ctx context.Context) (*bolt.Store, *seal.Sealer, error) {
	if _, err := os.Stat(filepath.Join(c.dir, databaseName)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, refuse(err, "There is no database in %s. Give its directory with --data.", c.dir)
	}
	s, keys, err := openStore(ctx, c.dir, time.Now, true, nil)
	return s, keys, explainData(c.dir, err)
}

// verify checks the database file and every account's audit chain.
func (c *adminCommand) verify(ctx context.Context) error {
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Check(ctx); err != nil {
		return refuse(err, "The database in %s is not consistent: %v. Put a backup in its place.", c.dir, err)
	}
	accounts, err := accountIDs(ctx, s)
	if err != nil {
		return err
	}
	for _, id := range accounts {
		err := audit.Verify(ctx, s, id)
		var broken *audit.BrokenError
		if errors.As(err, &broken) {
			return refuse(err, "The audit chain of account %s is broken at record %d: something was altered or taken away. Compare with a backup.", id, broken.Seq)
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "database consistent, %d audit chains whole\n", len(accounts))
	return nil
}

// accountIDs lists all accounts.
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
		after = prefix + found + "/\xff" // beyond everything the account owns
	}
}
