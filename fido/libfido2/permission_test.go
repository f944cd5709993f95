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

// noPermission looks at a key as somebody who may not open it. Root may open
// everything, so another program does, as nobody.
func (f *fault) noPermission() error {
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

// lookAt is what the other program does: it fails unless it is not permitted.
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
