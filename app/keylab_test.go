package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/pty"
	"nightlatch/fido/virtual"
)

// noKey opens no key.
type noKey struct{}

func (noKey) Open(context.Context, string) (fido.Key, error) { return nil, fido.ErrRemoved }

// A virtual key of another process that has no device here is refused in words of its own.
func TestVirtualKeyOfAnotherProcess(t *testing.T) {
	t.Parallel()
	lab, err := virtual.New(virtual.Config{InProcess: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lab.Close() }()
	k, err := lab.Plug("Blue", fido.USB, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = ownKeys{noKey{}}.Open(t.Context(), k.Path)
	if !errors.Is(err, errKeyElsewhere) || !strings.Contains(explainKey("", err).Error(), "in the lab's window only") {
		t.Errorf("%s: %v", k.Path, err)
	}
	for at, elsewhere := range map[string]bool{"/dev/hidraw0": false, ptyDirectory + "/3": !pty.Supported} {
		if _, err := (ownKeys{noKey{}}).Open(t.Context(), at); errors.Is(err, errKeyElsewhere) != elsewhere {
			t.Errorf("%s: %v", at, err)
		}
	}
}
