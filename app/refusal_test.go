package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Each sentence names the place and the reason once, and what to do.
func TestUnusableData(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		return // not everybody can make a link there, and a path has other bounds
	}
	noDatabase := t.TempDir()
	if err := os.Mkdir(filepath.Join(noDatabase, databaseName), 0o700); err != nil {
		t.Fatal(err)
	}
	base := t.TempDir()
	if err := os.Symlink(filepath.Join(base, "nowhere", "far"), filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		dir   string
		words []string
		not   string
	}{
		{noDatabase, []string{filepath.Join(noDatabase, databaseName) + " is not a file", "--data"}, "right to write"},
		{filepath.Join(base, "link"), []string{filepath.Join(base, "link"), "--data"}, "mkdir"},
		{filepath.Join(base, strings.Repeat("a", 5000)), []string{base, "…", "too long", "--data"}, strings.Repeat("a", 200)},
	} {
		dir, err := prepareDirectory(tt.dir)
		if err == nil {
			_, _, err = openStore(t.Context(), dir, time.Now, false, nil)
			err = explainData(dir, err)
		}
		var no *refusal
		if !errors.As(err, &no) {
			t.Errorf("%.60s: %v", tt.dir, err)
			continue
		}
		for _, w := range tt.words {
			if !strings.Contains(no.sentence, w) {
				t.Errorf("it does not say %q: %.300s", w, no.sentence)
			}
		}
		if strings.Contains(no.sentence, tt.not) {
			t.Errorf("it says %.40q: %.300s", tt.not, no.sentence)
		}
	}
}

// What is wrong with a seed is said in a reader's words.
func TestUnusableSeed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "seed.json")
	for text, words := range map[string]string{
		`[]`:               `it has to be an object with a list of "accounts" (docs/seed.md)`,
		`"x"`:              `it has to be an object with a list of "accounts" (docs/seed.md)`,
		``:                 "it is empty",
		`{"accounts":[`:    "it ends too early",
		`{"acounts":[]}`:   "acounts: there is no such field",
		`{"accounts":[5]}`: "accounts[0]: wrong type: number",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := readSeed(file)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "Go ") || strings.Contains(err.Error(), "server:") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, _, err := readSeed(t.TempDir()); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a directory: %v", err)
	}
}
