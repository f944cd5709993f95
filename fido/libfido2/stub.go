//go:build !cgo || nofido

package libfido2

import (
	"context"

	"nightlatch/fido"
)

// Supported tells whether this build can reach security keys.
const Supported = false

// Backend opens no key: this build has no security-key support.
type Backend struct{}

// Open returns fido.ErrUnsupported.
func (Backend) Open(context.Context, string) (fido.Key, error) {
	return nil, fido.ErrUnsupported
}

// Changes tells nothing.
func Changes(ctx context.Context) <-chan struct{} { return fido.CombineChanges()(ctx) }

// Devices returns fido.ErrUnsupported.
func Devices(context.Context) ([]fido.Device, error) {
	return nil, fido.ErrUnsupported
}
