//go:build !cgo || headless

package main

import (
	"fmt"

	"nightlatch/server/account"
)

// windowSupported is true if this build has a window.
const windowSupported = false

// console refuses: this build has no window. With --lab it serves the lab.
func (t terminal) console(args []string) error {
	f := t.flags("", "serve|key|admin|version")
	lab := f.Bool("lab", false, "serve a temporary lab with demo accounts")
	var policy account.Policy
	policyVar(f, &policy)
	if err := parse(f, args); err != nil {
		return err
	}
	if !*lab {
		return refuse(nil, "%s", whyMissing(aWindow))
	}
	fmt.Fprintln(t.err, "nightlatch: this build has no window; serving the lab instead. Press Ctrl+C to stop it.")
	cfg := demoConfig()
	cfg.policy = policy
	return t.serveLab(cfg)
}

// noticeCommand is for builds with a window.
const noticeCommand = "notice-window"

func (t terminal) notice() error { return refuse(nil, "%s", whyMissing(aWindow)) }
