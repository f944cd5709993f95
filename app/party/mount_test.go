package party

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// isolatedVar is set in processes with a private mount namespace.
const isolatedVar = "NIGHTLATCH_MOUNTS_APART"

// isolated runs the calling test in a process with a private mount namespace. It returns
// true in that process. In the other it returns false after the test, and the caller
// returns.
func isolated(t *testing.T) bool {
	t.Helper()
	if os.Getenv(isolatedVar) != "" {
		return true
	}
	args := []string{"--mount"}
	if os.Getuid() != 0 {
		args = append(args, "--user", "--map-root-user")
	}
	args = append(args, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), isolatedVar+"=1", "NIGHTLATCH_PROGRAM="+built.plain)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// mount mounts something on dir until the test ends.
func mount(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "mount", append(args, dir)...).CombinedOutput(); err != nil {
		t.Fatalf("mount %v %s: %v: %s", args, dir, err, out)
	}
	t.Cleanup(func() {
		// EINVAL: two mounts on the same directory are unmounted together.
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil && !errors.Is(err, syscall.EINVAL) {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if cerr := f.Close(); cerr != nil || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling: %v %v", err, cerr)
	}
}
