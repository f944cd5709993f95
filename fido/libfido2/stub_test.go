//go:build !cgo || nofido

package libfido2_test

import (
	"errors"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
)

func TestUnsupported(t *testing.T) {
	t.Parallel()
	c, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: libfido2.Devices, Origin: "http://localhost:8440"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Devices(t.Context()); !errors.Is(err, fido.ErrUnsupported) || libfido2.Supported() {
		t.Errorf("Devices = %v, want %v", err, fido.ErrUnsupported)
	}
	if _, err := (libfido2.Backend{}).Open(t.Context(), "/dev/hidraw0"); !errors.Is(err, fido.ErrUnsupported) {
		t.Errorf("Open = %v, want %v", err, fido.ErrUnsupported)
	}
}
