//go:build !cgo || nofido

package libfido2

import (
	"context"

	"nightlatch/fido"
)

// Supported reports whether this build supports security keys.
func Supported() bool { return false }

// Backend opens no keys: this build has no security-key support.
type Backend struct{}

// Open returns fido.ErrUnsupported.
func (Backend) Open(context.Context, string) (fido.Key, error) {
	return nil, fido.ErrUnsupported
}

// Changes reports no changes.
func Changes(ctx context.Context) <-chan struct{} { return fido.CombineChanges()(ctx) }

// Devices returns fido.ErrUnsupported.
func Devices(context.Context) ([]fido.Device, error) {
	return nil, fido.ErrUnsupported
}
