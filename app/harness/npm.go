package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// NpmFolder makes to a copy of the directory from, with the npm packages of its lock file.
// It installs them if they are not there yet.
func NpmFolder(ctx context.Context, from, to string) error {
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		return err
	}
	mark := filepath.Join(to, "node_modules", "installed-lock.json")
	installed, err := os.ReadFile(mark)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, e.Name()), b, 0o644)
		}
		if err != nil {
			return err
		}
	}
	if bytes.Equal(lock, installed) {
		return nil
	}
	if _, err := Node(ctx, to, "npm", "ci", "--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts"); err != nil {
		return err
	}
	return os.WriteFile(mark, lock, 0o644)
}

// Node runs a program of Node.js in a directory and returns what it prints.
func Node(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("harness: %s %v: %w\n%s%s", name, args, err, out, &stderr)
	}
	return string(out), nil
}
