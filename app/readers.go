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
	"nightlatch/fido/pty"
)

// nfcSupported is true if this build can use security keys on PC/SC readers.
var nfcSupported = pcsc.Supported && pty.Supported && libfido2.Supported()

// withReaders adds the keys on NFC readers to those that cfg lists. Call release when the
// client is no longer used.
func withReaders(cfg fido.Config) (_ fido.Config, release func(), err error) {
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

// onReader is the --device value for a key on any NFC reader; nfc:NAME is the key on the
// reader of that name. The path of a key on a reader is valid in one process only.
const onReader = "nfc"

// addressOf returns the --device value for a device.
func addressOf(d fido.Device) string {
	if d.Transport == fido.NFC && !d.Virtual { // a virtual NFC key has a path
		return onReader + ":" + d.Product
	}
	return d.Path
}

// isReaderAddress reports whether a --device value means a key on a reader.
func isReaderAddress(device string) bool {
	return device == onReader || strings.HasPrefix(device, onReader+":")
}

// atReader keeps only devices on an NFC reader, or on the reader that device names.
func atReader(all fido.Lister, device string) fido.Lister {
	return func(ctx context.Context) ([]fido.Device, error) {
		ds, err := all(ctx)
		return slices.DeleteFunc(ds, func(d fido.Device) bool {
			return d.Transport != fido.NFC || d.Virtual || device != onReader && device != addressOf(d)
		}), err
	}
}

// explainReader replaces a timeout by the state of the reader, if that explains why no key
// was found.
func explainReader(ctx context.Context, keys *fido.Client, err error) error {
	never := errors.Is(err, fido.ErrTimeout) || errors.Is(err, fido.ErrRemoved) && !errors.Is(err, fido.ErrCardPulled)
	if why := keys.Reader(ctx).State.Err(); never && why != nil {
		return why
	}
	return err
}

// ptyDirectory contains the paths of virtual keys, which are pseudo-terminals.
const ptyDirectory = "/dev/pts"

// listedAt returns the listed key at a path. A path that is not listed counts as a USB key.
func listedAt(ctx context.Context, all fido.Lister, path string) fido.Device {
	ds, _ := all(ctx) // without a list the transport is unknown
	if i := slices.IndexFunc(ds, func(d fido.Device) bool { return d.Path == path }); i >= 0 {
		return ds[i]
	}
	return fido.Device{Path: path, Transport: fido.USB}
}
