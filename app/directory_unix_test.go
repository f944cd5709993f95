//go:build unix

package main

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A data directory that other users can write to is refused, even if they can only add files:
// they could replace the database and its key, or create a key first. On Windows a new
// directory inherits the permissions of its parent.
func TestDirectoryForEverybody(t *testing.T) {
	t.Parallel()
	for mode, ok := range map[os.FileMode]bool{0o700: true, 0o755: true, 0o775: true, 0o777: false, 0o703: false, 0o777 | os.ModeSticky: false} {
		dir := filepath.Join(t.TempDir(), "data")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		var no *refusal
		if _, err := prepareDirectory(dir); (err == nil) != ok || !ok && (!errors.As(err, &no) || !strings.Contains(no.sentence, dir)) {
			t.Errorf("%o: %v", mode, err)
		}
	}
	made, err := prepareDirectory(filepath.Join(t.TempDir(), "new", "data"))
	if stat, serr := os.Stat(made); err != nil || serr != nil || stat.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v: %v", err, serr, stat)
	}
}

// Every command refuses every file in the data directory that other users can read. It prints
// the command that helps, and changes nothing.
func TestFilesForEverybody(t *testing.T) {
	t.Parallel()
	dir := demoData(t)
	for _, name := range dataFiles(t) {
		for _, also := range []string{"", ".new-1", ".20261130T120000Z"} { // being written, and kept by a restore
			path := filepath.Join(dir, name+also)
			if _, err := os.Lstat(path); err != nil && (name != databaseName || also == ".new-1") {
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 15 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		cfg := demoConfig()
		cfg.dir, cfg.log = dir, slog.New(slog.DiscardHandler)
		_, opened := openInstance(t.Context(), cfg)
		_, admin := terminal{err: io.Discard}.openForReading(t.Context(), dir)
		for what, err := range map[string]error{"open": opened, "backup": explainData(dir, admin)} {
			var no *refusal
			if !errors.As(err, &no) || !strings.Contains(no.sentence, "chmod go= "+path) {
				t.Errorf("%s, %s: %v", e.Name(), what, err)
			}
		}
		if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, %v", e.Name(), stat, err)
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := verifyFile(t, dir); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Each message names the path and the reason once, and says what to do. Windows does
// not let everybody make links, and limits paths in another way.
func TestUnusableData(t *testing.T) {
	t.Parallel()
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
			_, err = openStore(t.Context(), dir, time.Now, false, nil, nil)
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
