//go:build cgo && !nofido && linux

package libfido2_test

import (
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
)

// BenchmarkCeremonies measures an enrolment and a sign-in with automatic touches: the
// cost of a ceremony without the wait for a user.
func BenchmarkCeremonies(b *testing.B) {
	bench, err := virtual.New(virtual.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = bench.Close() }()
	k, err := bench.Plug("key", fido.USB, "")
	if err != nil {
		b.Fatal(err)
	}
	if err := bench.SetAutoTouch(k.ID, true); err != nil {
		b.Fatal(err)
	}
	c, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: bench.Devices, Origin: origin, Timeout: time.Second})
	if err != nil {
		b.Fatal(err)
	}
	create := creation(b, nil)
	for b.Loop() {
		made, err := c.Create(b.Context(), device(k), create, &person{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Get(b.Context(), device(k), request(b, "discouraged", idOf(b, made)), &person{}); err != nil {
			b.Fatal(err)
		}
	}
}
