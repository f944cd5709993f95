package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"

	"nightlatch/app/secret"
	"nightlatch/assets"
	"nightlatch/fido"
)

// A feature is something that some builds and systems lack.
type feature string

// The features, as `nightlatch version` names them.
const (
	aWindow      feature = "window"
	securityKeys feature = "security keys"
	nearField    feature = "NFC"
	labKeys      feature = "virtual keys"
)

var features = []feature{aWindow, securityKeys, nearField, labKeys}

// whyMissing says why this build lacks a feature on this system, and what helps. It
// returns "" if the feature is there.
func whyMissing(f feature) string {
	linux := runtime.GOOS == "linux"
	switch {
	case f == aWindow && !windowSupported:
		return "This build of Nightlatch has no window: it was built without cgo or with the tag headless. Run nightlatch serve, or install the package for desktops."
	case f == securityKeys && errors.Is(noKeys(), fido.ErrNoDialog):
		return "This version of Windows has no support for security keys: they need Windows 10 version 1903 or later."
	case f == securityKeys && noKeys() != nil:
		return "This build of Nightlatch has no support for security keys: it was built without cgo or with the tag nofido. Use one that was built with libfido2."
	case f == nearField && hasKeyDialog():
		return "" // the system's dialog finds them
	case f == nearField && !nfcSupported && !linux:
		return "Security keys over NFC work on Linux only. Plug the key in over USB."
	case f == nearField && !nfcSupported:
		return "This build of Nightlatch has no support for NFC: it was built without cgo, or with the tag nopcsc or nofido. Plug the key in over USB."
	}
	return ""
}

// printVersion prints the version, the features of this build, and those it lacks.
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

// logMissingFeatures logs which features this build lacks.
func logMissingFeatures(log *slog.Logger) {
	for _, f := range features {
		if why := whyMissing(f); why != "" && f != aWindow {
			log.Info("not in this build", "feature", string(f), "reason", why)
		}
	}
}

// udevCommand returns a shell command that installs the udev rule for security keys, or ""
// if this system needs none.
func udevCommand() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	self, err := os.Executable()
	if err != nil {
		self = "" // then the command finds it in PATH
	}
	return assets.UdevCommand(self)
}

// readersCommand returns a shell command that starts the service for NFC readers, or "" if
// none is known for this system. find returns the path of a program, as exec.LookPath does.
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
		return "sudo apt install pcscd" // Debian starts it after installing
	case here("dnf"):
		return "sudo dnf install pcsc-lite && " + start
	}
	return ""
}

// udevRule prints the udev rule that lets the user at this computer open security keys. It
// does not install it, which needs root.
func (c *adminCommand) udevRule(context.Context) error {
	if runtime.GOOS != "linux" {
		return refuse(nil, "Only Linux needs the udev rule. Security keys work here without it.")
	}
	if secret.IsTerminal(c.out) {
		fmt.Fprintf(c.err, "To install this rule:\n  %s\n\n", udevCommand())
	}
	_, err := fmt.Fprint(c.out, assets.UdevRule())
	return err
}
