//go:build !linux || !cgo || nopcsc

package pcsc

import (
	"context"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

// Supported reports whether this build supports readers.
const Supported = false

// System has no readers in this build.
type System struct{}

// Watch shows fido.ErrUnsupported and waits for ctx to end.
func (System) Watch(ctx context.Context, show func([]nfc.Slot, error)) {
	show(nil, fido.ErrUnsupported)
	<-ctx.Done()
}

// Connect returns fido.ErrUnsupported.
func (System) Connect(string) (nfc.Card, error) { return nil, fido.ErrUnsupported }
