//go:build cgo && !headless

package main

import (
	"os"
	"path/filepath"
	"testing"

	"nightlatch/fido"
)

// A connected key of --key-path is listed once, by the path that a link leads to.
func TestKeysAtPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, link, absent := filepath.Join(dir, "here"), filepath.Join(dir, "link"), filepath.Join(dir, "absent")
	if err := os.WriteFile(here, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(here, link); err != nil {
		t.Fatal(err)
	}
	none := fido.Combine()
	cfg := withPaths(fido.Config{Devices: none}, []string{absent, link, here})
	real, err := filepath.EvalSymlinks(here)
	if err != nil {
		t.Fatal(err)
	}
	check := func(want int) {
		t.Helper()
		ds, err := cfg.Devices(t.Context())
		if err != nil || len(ds) != want || want > 0 && (ds[0].Path != real || ds[0].Transport != fido.USB) {
			t.Errorf("%+v, %v; want %d", ds, err, want)
		}
	}
	check(1)
	if cfg.Changes == nil {
		t.Error("changes at these paths are not noticed")
	}
	if err := os.Remove(here); err != nil {
		t.Fatal(err)
	}
	check(0)
	if err := os.WriteFile(absent, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if ds, err := cfg.Devices(t.Context()); err != nil || len(ds) != 1 {
		t.Errorf("%+v, %v", ds, err)
	}
}
