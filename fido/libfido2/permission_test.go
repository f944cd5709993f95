//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"nightlatch/fido"
)

const nobodyVariable = "NIGHTLATCH_TEST_NOBODY"

// noPermission opens a key without permission. Root may open everything, so a child
// process does it as the user "nobody".
func (f deviceFault) noPermission() error {
	k := manual(f.t, f.b)
	if err := os.Chmod(k.Path, 0o600); err != nil {
		f.t.Fatal(err)
	}
	other := exec.CommandContext(f.t.Context(), "/proc/self/exe")
	other.Env = append(os.Environ(), nobodyVariable+"="+k.Path)
	if os.Getuid() == 0 {
		other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		other.Dir = "/"
	} else if err := os.Chmod(k.Path, 0); err != nil {
		f.t.Fatal(err)
	}
	out, err := other.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return fido.ErrNoPermission
}

// lookAt runs in the child process. It returns nil if permission was denied.
func lookAt(path string) error {
	c, err := fido.New(fido.Config{Open: opener, Devices: fido.Paths(path), Origin: origin})
	if err != nil {
		return err
	}
	if _, err := c.Info(context.Background(), fido.Device{}); !errors.Is(err, fido.ErrNoPermission) {
		return fmt.Errorf("Info = %w, want %w", err, fido.ErrNoPermission)
	}
	return nil
}
