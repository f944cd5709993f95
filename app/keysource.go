package main

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/pty"
	"nightlatch/fido/virtual"
	"nightlatch/fido/webauthndll"
)

// withBench adds the virtual keys of this process's lab to those that cfg lists. libfido2
// opens them by their pseudo-terminals, as other programs do. Where there is no libfido2 or
// no pseudo-terminal, they are used in this process.
func withBench(cfg fido.Config, lab *virtual.Bench) fido.Config {
	cfg.Changes = fido.CombineChanges(fido.ChangesOnClose(lab.Changed), cfg.Changes)
	if !libfido2.Supported() || !pty.Supported {
		cfg.Open = lab.Opener(cfg.Open)
	}
	if libfido2.Supported() {
		cfg.Devices = fido.Combine(lab.Devices, cfg.Devices)
	} else {
		cfg.Devices = lab.Devices // the other list is an error
	}
	return cfg
}

// connectedKeys configures a client for the keys of this computer: those that libfido2
// finds, and the system's own dialog, which finds keys itself.
func connectedKeys(origin string) fido.Config {
	cfg := fido.Config{Open: libfido2.Backend{}, Devices: libfido2.Devices, Changes: libfido2.Changes, Origin: origin}
	return withDialog(cfg, webauthndll.System(), hasKeyDialog(), libfido2.Supported())
}

// withDialog adds the system's dialog. present is false on a version of the system that
// lacks it, and direct is true if this user may open keys directly.
func withDialog(cfg fido.Config, dialog fido.Dialog, present, direct bool) fido.Config {
	switch {
	case dialog == nil: // another system
	case !direct: // without the dialog, a ceremony says which version of the system has it
		cfg.Dialog = dialog
		cfg.Devices = func(context.Context) ([]fido.Device, error) { return nil, nil }
	case present:
		cfg.Dialog = dialog
	}
	return cfg
}

// hasKeyDialog reports whether the system has its own dialog for security keys.
func hasKeyDialog() bool { return webauthndll.System() != nil && webauthndll.Check() == nil }

// noKeys returns why this build cannot use security keys on this system, nil if it can.
func noKeys() error {
	switch {
	case libfido2.Supported() || hasKeyDialog():
		return nil
	case webauthndll.System() != nil:
		return webauthndll.Check()
	}
	return fido.ErrUnsupported
}
