//go:build cgo && !nofido

package libfido2

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/hidraw"
)

// Devices lists the USB keys that are plugged in. Pseudo-terminals and readers are
// not among them.
func Devices(ctx context.Context) ([]fido.Device, error) { return hidraw.Bus{}.Devices(ctx) }

// Changes tells when keys come and go.
func Changes(ctx context.Context) <-chan struct{} { return hidraw.Bus{}.Changes(ctx) }
