package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"nightlatch/fido"
	"nightlatch/fido/bridge"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/pcsc"
	"nightlatch/fido/virtual"
)

// nfcSupported tells whether this build reaches security keys through PC/SC readers.
const nfcSupported = pcsc.Supported && libfido2.Supported && virtual.Supported

// withReaders adds the keys on NFC readers to those that cfg lists. It returns what
// to call when the client is done.
func withReaders(cfg fido.Config) (fido.Config, func(), error) {
	if !nfcSupported {
		return cfg, func() {}, nil
	}
	b, err := bridge.New(bridge.Config{Readers: pcsc.System{}})
	if err != nil {
		return cfg, nil, err
	}
	cfg.Devices = fido.Combine(cfg.Devices, b.Devices)
	cfg.Changes = fido.CombineChanges(cfg.Changes, b.Changes)
	cfg.Reader = b.Reader
	return cfg, b.Close, nil
}

// A key on a reader has a path for as long as a program of ours runs. On the
// command line it goes by its reader: nfc is the key on any, nfc:NAME the key on that
// one.
const onReader = "nfc"

// addressOf is what --device takes for a device.
func addressOf(d fido.Device) string {
	if d.Transport == fido.NFC && !d.Virtual { // the lab has readers for its own keys alone
		return onReader + ":" + d.Product
	}
	return d.Path
}

// isReaderAddress tells whether a --device means a key on a reader.
func isReaderAddress(device string) bool {
	return device == onReader || strings.HasPrefix(device, onReader+":")
}

// atReader lists those of the devices that lie on a reader, on the one that is named
// if one is.
func atReader(all fido.Lister, device string) fido.Lister {
	return func(ctx context.Context) ([]fido.Device, error) {
		ds, err := all(ctx)
		return slices.DeleteFunc(ds, func(d fido.Device) bool {
			return d.Transport != fido.NFC || d.Virtual || device != onReader && device != addressOf(d)
		}), err
	}
}

// insteadOfKey says of a key that never came to the reader what lay there instead.
func insteadOfKey(ctx context.Context, keys *fido.Client, err error) error {
	never := errors.Is(err, fido.ErrTimeout) || errors.Is(err, fido.ErrRemoved) && !errors.Is(err, fido.ErrCardPulled)
	if why := keys.Reader(ctx).State.Err(); never && why != nil {
		return why
	}
	return err
}

// ptyDirectory is where the keys of a lab are: they are terminals to other programs.
const ptyDirectory = "/dev/pts"

// transportOf is how the key at a path is reached (R31): as it is listed, and over
// USB if it is not, being another program's.
func transportOf(ctx context.Context, all fido.Lister, path string) string {
	ds, _ := all(ctx) // what can't be listed is not known
	if i := slices.IndexFunc(ds, func(d fido.Device) bool { return d.Path == path }); i >= 0 {
		return ds[i].Transport
	}
	return fido.USB
}
