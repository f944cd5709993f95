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
	if cfg.Dialog = webauthndll.System(); cfg.Dialog != nil && !libfido2.Supported() {
		cfg.Devices = func(context.Context) ([]fido.Device, error) { return nil, nil }
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
