package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Debs are two .deb packages of the same programs.
type Debs struct {
	Lower, Current string // their paths
	Version        string // of Current; Lower is 0.0.9
}

// MakeDebs builds both from the programs that `make packages-programs` has compiled. root is
// the directory of the source.
func MakeDebs(ctx context.Context, root, dir, name string) (Debs, error) {
	programs := filepath.Join("build", "packages", "programs")
	if _, err := os.Stat(filepath.Join(root, programs, "nightlatch-server-amd64")); err != nil {
		return Debs{}, fmt.Errorf("harness: run make packages-programs first: %w", err)
	}
	build := func(sub string, extra ...string) (string, error) {
		out, err := filepath.Abs(filepath.Join(dir, sub))
		if err != nil {
			return "", err
		}
		cmd := exec.CommandContext(ctx, "go", append([]string{"run", "./app/packages", "-deb-only", name, "-out", out}, extra...)...)
		cmd.Dir = root
		if text, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("harness: packages: %w\n%s", err, text)
		}
		found, err := filepath.Glob(filepath.Join(out, name+"_*_amd64.deb"))
		if err != nil || len(found) != 1 {
			return "", fmt.Errorf("harness: packages made %q: %w", found, err)
		}
		return found[0], nil
	}
	lower, err := build("lower", "-package-version", "0.0.9")
	if err != nil {
		return Debs{}, err
	}
	current, err := build("current")
	if err != nil {
		return Debs{}, err
	}
	version, err := Run(ctx, "", "dpkg-deb", "-f", current, "Version")
	if err != nil {
		return Debs{}, err
	}
	return Debs{Lower: lower, Current: current, Version: version[:len(version)-1]}, nil
}
