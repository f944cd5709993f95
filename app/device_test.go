package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The device token outlives the program, in a file that only its owner can read. If the file
// is damaged or cannot be written, the server does not recognise the device.
func TestDeviceFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "nightlatch", "devices", "x")
	failed := 0
	open := func(path string) *deviceFile { return &deviceFile{path: path, failed: func(error) { failed++ }} }
	if token := open(path).Device(); token != "" {
		t.Errorf("without a file: %q", token)
	}
	first := open(path)
	first.Keep("nld_one")
	first.Keep("nld_two")
	if got := open(path).Device(); got != "nld_two" || first.Device() != got || failed != 0 {
		t.Errorf("kept %q, %d failures", got, failed)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, damaged := range []string{"nld_\x00", "nld_a\r\nX: y", string(make([]byte, 10000)), ""} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := open(path).Device(); got != "" {
			t.Errorf("%.20q is sent as %q", damaged, got)
		}
	}
	nowhere := open(filepath.Join(path, "below", "a file"))
	nowhere.Keep("nld_three")
	if failed != 1 || nowhere.Device() != "nld_three" {
		t.Errorf("%d failures; %q is shown in this run", failed, nowhere.Device())
	}
}
