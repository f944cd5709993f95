package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"

	"nightlatch/assets"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
)

// A feature is something that not every build and system can do.
type feature string

// The features, as `nightlatch version` names them.
const (
	aWindow      feature = "window"
	securityKeys feature = "security keys"
	nearField    feature = "NFC"
	labKeys      feature = "virtual keys"
)

var features = []feature{aWindow, securityKeys, nearField, labKeys}

// whyMissing says why this build cannot do something on this system and what helps,
// in a sentence; "" where it can.
func whyMissing(f feature) string {
	linux := runtime.GOOS == "linux"
	switch {
	case f == aWindow && !windowSupported:
		return "This build of Nightlatch has no window: it was made without cgo or with the tag headless. Run nightlatch serve, or install the package for desktops."
	case f == securityKeys && !libfido2.Supported:
		return "This build of Nightlatch has no support for security keys: it was made without cgo or with the tag nofido. Use one that was built with libfido2."
	case f == nearField && !nfcSupported && !linux:
		return "Nightlatch reads security keys over NFC on Linux only. Plug the key in over USB."
	case f == nearField && !nfcSupported:
		return "This build of Nightlatch reads no security keys over NFC: it was made without cgo, or with the tag nopcsc or nofido. Plug the key in over USB."
	case f == labKeys && !virtual.Supported:
		return "The lab has virtual security keys on Linux only. Everything else in the lab works."
	}
	return ""
}

// printVersion prints the version and what this build can and cannot do.
func (t terminal) printVersion() {
	fmt.Fprintln(t.out, "nightlatch", version)
	var here []string
	var missing strings.Builder
	for _, f := range features {
		if why := whyMissing(f); why != "" {
			fmt.Fprintf(&missing, "no %s: %s\n", f, why)
		} else {
			here = append(here, string(f))
		}
	}
	if len(here) == 0 {
		here = []string{"none"}
	}
	fmt.Fprintf(t.out, "features: %s\n%s", strings.Join(here, ", "), &missing)
}

// logMissingFeatures writes into the log of a server, which has no window to say it in,
// what this build cannot do.
func logMissingFeatures(log *slog.Logger) {
	for _, f := range features {
		if why := whyMissing(f); why != "" && f != aWindow {
			log.Info("not in this build", "feature", string(f), "reason", why)
		}
	}
}

// udevCommand is the line for a shell that lets whoever sits at this computer
// open security keys; "" where no such thing is needed.
func udevCommand() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	self, err := os.Executable()
	if err != nil {
		self = "" // the shell may find it
	}
	return assets.UdevCommand(self)
}

// readersCommand is the line for a shell that gets the service running that talks to
// NFC readers; "" where we know of none. find looks for a program.
func readersCommand(find func(string) (string, error)) string {
	here := func(program string) bool {
		_, err := find(program)
		return err == nil
	}
	const start = "sudo systemctl enable --now pcscd.socket"
	switch {
	case here("pcscd") || here("/usr/sbin/pcscd"):
		if here("systemctl") {
			return start
		}
	case here("apt"):
		return "sudo apt install pcscd" // and Debian starts it
	case here("dnf"):
		return "sudo dnf install pcsc-lite && " + start
	}
	return ""
}

// udevRule prints the rule that lets whoever sits at this computer open security
// keys. Installing it is left to the person, who alone may.
func (c *adminCommand) udevRule(context.Context) error {
	if runtime.GOOS != "linux" {
		return refuse(nil, "Only Linux has udev, and needs the rule. Security keys work here without it.")
	}
	if isTerminal(c.out) {
		fmt.Fprintf(c.err, "This is the rule. To install it:\n  %s\n\n", udevCommand())
	}
	_, err := fmt.Fprint(c.out, assets.UdevRule())
	return err
}
