//go:build cgo && !nofido && !linux

package libfido2

import (
	"context"
	"fmt"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
)

// Devices lists the keys that libfido2 finds.
func Devices(ctx context.Context) ([]fido.Device, error) {
	if !Supported() {
		return nil, fido.ErrUnsupported
	}
	if err := fido.ContextError(ctx); err != nil {
		return nil, err
	}
	found, err := golib.DeviceLocations()
	if err != nil {
		return nil, fmt.Errorf("libfido2: enumerating: %w", err)
	}
	var ds []fido.Device
	for _, l := range found {
		ds = append(ds, fido.Device{Path: l.Path, Transport: fido.USB, Product: l.Product, Manufacturer: l.Manufacturer})
	}
	return ds, nil
}

// Changes reports a change every second: there are no events on this system.
func Changes(ctx context.Context) <-chan struct{} { return fido.EverySecond(ctx) }
