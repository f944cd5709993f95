package main

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/webauthndll"
)

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
