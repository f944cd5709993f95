package virtual_test

import (
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// A copy of a key has the same traits. Otherwise it would not recognise its
// credentials.
func TestCopyKeepsTraits(t *testing.T) {
	t.Parallel()
	b, err := virtual.New(virtual.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	k, err := b.PlugNew(virtual.Spec{Name: "Long", Transport: fido.USB, Traits: softkey.Traits{IDSize: 200, NoStore: true}})
	if err != nil {
		t.Fatal(err)
	}
	twin, err := b.Copy(k.ID, "Twin")
	if err != nil || twin.CopyOf != k.ID {
		t.Errorf("%+v, %v", twin, err)
	}
	if _, err := b.PlugNew(virtual.Spec{Name: "Odd", Transport: fido.USB, Traits: softkey.Traits{IDSize: 10}}); err == nil {
		t.Error("a key with IDs of 10 bytes was made")
	}
}
