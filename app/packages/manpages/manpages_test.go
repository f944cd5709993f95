package manpages

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"nightlatch/app/harness"
	"nightlatch/app/packages/release"
)

// The program prints its pages and completions, twice the same.
func TestStage(t *testing.T) {
	t.Parallel()
	program := os.Getenv("NIGHTLATCH_PROGRAM")
	if program == "" {
		var err error
		if program, err = harness.Build(t.Context(), t.TempDir(), "nightlatch", "nightlatch/app", harness.WindowTags); err != nil {
			t.Fatal(err)
		}
	}
	all, err := release.Read(t.Context(), "../../..")
	if err != nil {
		t.Fatal(err)
	}
	first, second := t.TempDir(), t.TempDir()
	for _, dir := range []string{first, second} {
		if err := Stage(t.Context(), program, all[0], dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"usr/share/man/man1/nightlatch.1.gz", "usr/share/man/man1/nightlatch-admin-backup.1.gz", completions["bash"], completions["zsh"], completions["fish"]} {
		a, err := os.ReadFile(filepath.Join(first, path))
		if err != nil || len(a) < 500 {
			t.Errorf("%s has %d bytes: %v", path, len(a), err)
		}
		if b, err := os.ReadFile(filepath.Join(second, path)); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v", path, err)
		}
	}
}
