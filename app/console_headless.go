//go:build !cgo || headless

package main

import (
	"flag"
	"fmt"

	"nightlatch/server/account"
)

// windowSupported is true if this build has a window.
const windowSupported = false

// A consoleCommand is the command line of `nightlatch`.
type consoleCommand struct {
	lab    bool
	policy account.Policy
}

// consoleSynopsis is what `nightlatch -h` shows of the flags.
const consoleSynopsis = "serve|key|admin|version"

func (c *consoleCommand) flags(f *flag.FlagSet) {
	f.BoolVar(&c.lab, "lab", false, "serve a temporary lab with demo accounts")
	policyVar(f, &c.policy)
}

// console refuses: this build has no window. With --lab it serves the lab.
func (t terminal) console(args []string) error {
	var c consoleCommand
	f := t.flags("", consoleSynopsis)
	c.flags(f)
	if err := parse(f, args); err != nil {
		return err
	}
	if !c.lab {
		return refuse(nil, "%s", whyMissing(aWindow))
	}
	fmt.Fprintln(t.err, "nightlatch: this build has no window; serving the lab instead. Press Ctrl+C to stop it.")
	cfg := demoConfig()
	cfg.policy = c.policy
	return t.serveLab(cfg)
}

// noticeCommand is for builds with a window.
const noticeCommand = "notice-window"

func (t terminal) notice() error { return refuse(nil, "%s", whyMissing(aWindow)) }
