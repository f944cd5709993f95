//go:build cgo && !nofido

package libfido2

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/hidraw"
)

// Devices lists the USB keys that are plugged in, without pseudo-terminals and readers.
func Devices(ctx context.Context) ([]fido.Device, error) { return hidraw.Bus{}.Devices(ctx) }

// Changes reports when keys are plugged in or unplugged.
func Changes(ctx context.Context) <-chan struct{} { return hidraw.Bus{}.Changes(ctx) }
