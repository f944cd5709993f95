package main

import (
	"context"
	"fmt"
	"os/signal"
	"syscall"
	"time"

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
func (c *adminCommand) open(ctx context.Context) (*database, error) {
	if err := needDatabase(c.dir); err != nil {
		return nil, err
	}
	s, err := openStore(ctx, c.dir, time.Now, true, nil, c.converting(nil))
	return s, explainData(c.dir, err)
}
