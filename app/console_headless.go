//go:build !cgo || headless

package main

import "fmt"

// windowSupported tells whether this build has a window.
const windowSupported = false

// console says that this program was built for servers: without a window, and
// without the libraries that a window needs.
func (t terminal) console(args []string) error {
	f := t.flags("", "serve|key|admin|version")
	lab := f.Bool("lab", false, "serve a throw-away lab with demo accounts")
	if err := parse(f, args); err != nil {
		return err
	}
	if !*lab {
		return refuse(nil, "%s", whyMissing(aWindow))
	}
	fmt.Fprintln(t.err, "nightlatch: this build has no window; serving the lab instead. Ctrl+C ends it.")
	return t.serveLab(demoConfig())
}
